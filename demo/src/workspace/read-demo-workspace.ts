import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { DemoFigures } from './figures.js';
import type { DemoWorkspaceManifest, ListedFile } from './manifest.js';
import { workspaceErrors } from './errors.js';

export interface DemoWorkspace {
  readonly directory: string;
  readonly manifest: DemoWorkspaceManifest;
  /** Absolute path of a listed file. */
  path(entry: ListedFile): string;
  /** What was measured on these files. */
  readFigures(): Promise<DemoFigures>;
}

/** Reads workspace.json. Files are named, not opened, and their digests are not checked: whoever opens them knows what for. */
export async function readDemoWorkspace(directory: string): Promise<DemoWorkspace> {
  const file = join(directory, 'workspace.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw workspaceErrors.missing({ directory }, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw workspaceErrors.invalid({ file, rule: 'it is not JSON' }, cause);
  }
  checkManifest(file, json);
  const root = resolve(directory);
  return {
    directory: root,
    manifest: json,
    path(entry) {
      const path = resolve(root, entry.file);
      if (!path.startsWith(root + sep))
        throw workspaceErrors.invalid({ file, rule: `${entry.file} is outside of the folder` });
      return path;
    },
    async readFigures() {
      return JSON.parse(await readFile(join(root, 'figures.json'), 'utf8')) as DemoFigures;
    },
  };
}

const LISTS = ['tasks', 'heads', 'frames', 'adapters', 'documents'] as const;

function checkManifest(file: string, json: unknown): asserts json is DemoWorkspaceManifest {
  const fail = (rule: string) => workspaceErrors.invalid({ file, rule });
  if (!isObject(json)) throw fail('its root must be an object');
  if (json['version'] !== 1) throw fail(`its version must be 1, got ${JSON.stringify(json['version'])}`);
  const { base } = json;
  if (!isObject(base) || typeof base['folder'] !== 'string') throw fail('base must name a folder');
  for (const name of LISTS) {
    const list = json[name];
    if (!Array.isArray(list)) throw fail(`${name} must be a list`);
    for (const [index, entry] of (list as unknown[]).entries()) {
      if (!isObject(entry) || typeof entry['file'] !== 'string' || !/^[0-9a-f]{64}$/.test(String(entry['sha256']))) {
        throw fail(`${name}[${index}] must have a file and its sha256`);
      }
    }
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
