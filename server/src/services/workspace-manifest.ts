import { z } from 'zod';
import { workspaceErrors } from './workspace-errors.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const file = { file: z.string().min(1), sha256 };

const schema = z.object({
  version: z.literal(1),
  name: z.string().default('demo'),
  base: z.object({ name: z.string(), folder: z.string() }),
  tasks: z.array(z.object({ name: z.string(), unpackedSha256: sha256.optional(), ...file })).max(1000),
  heads: z.array(z.object({ task: z.string(), ...file })).max(1000),
  frames: z.array(z.object({ name: z.string(), ...file })).max(1000),
  adapters: z.array(z.object({ task: z.string(), seed: z.int().optional(), ...file })).max(10_000),
});

/** `workspace.json`: what a workspace folder holds, with the digest of every file. */
export type Workspace = z.output<typeof schema>;
export interface WorkspaceFile {
  readonly file: string;
  readonly sha256: string;
}

export function parseWorkspace(directory: string, text: string): Workspace {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw workspaceErrors.invalid({ directory, problem: (error as Error).message }, error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw workspaceErrors.invalid({ directory, problem: z.prettifyError(parsed.error) }, parsed.error);
}
