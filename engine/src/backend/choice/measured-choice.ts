import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { dirname } from 'node:path';
import { isBackendName, type BackendName } from '../backend-name.js';
import { linkFolder } from '../link/link-folder.js';
import { readLinkRecord } from '../link/link-record.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What was measured on this machine; `gigaflops` by backend, of those that computed. */
export interface MeasuredChoice {
  readonly backend: BackendName;
  readonly gigaflops: Readonly<Partial<Record<BackendName, number>>>;
}

/** Beside the folder of a linked TensorFlow: outside of every node_modules, and one for all checkouts of a person. */
export const choiceFile = (environment: Environment = process.env): string => `${linkFolder(environment)}-choice.json`;

/**
 * The answer that was kept, if it was measured on this machine as it is now: another processor, another Node, another TensorFlow or another adapter asked for,
 * and it does not count. What lies there and is none of ours does not count either.
 */
export async function readChoice(environment: Environment = process.env): Promise<MeasuredChoice | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(choiceFile(environment), 'utf8'));
    return isKept(kept) && kept.facts === (await factsOf(environment)) ? kept.choice : undefined;
  } catch {
    return undefined;
  }
}

export async function keepChoice(choice: MeasuredChoice, environment: Environment = process.env): Promise<void> {
  const file = choiceFile(environment);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ version: 1, facts: await factsOf(environment), choice }, null, 2)}\n`);
  await rename(draft, file);
}

export const forgetChoice = (environment: Environment = process.env): Promise<void> =>
  rm(choiceFile(environment), { force: true });

interface Kept {
  readonly facts: string;
  readonly choice: MeasuredChoice;
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { version, facts, choice } = value as Partial<Record<'version' | 'facts' | 'choice', unknown>>;
  if (version !== 1 || typeof facts !== 'string' || typeof choice !== 'object' || choice === null) return false;
  const { backend } = choice as Partial<Record<'backend', unknown>>;
  return typeof backend === 'string' && isBackendName(backend);
}

async function factsOf(environment: Environment): Promise<string> {
  const link = await readLinkRecord(linkFolder(environment));
  const facts = [
    platform(),
    arch(),
    cpus()[0]?.model ?? '',
    availableParallelism(),
    process.versions.node.split('.')[0],
    link ?? null,
    environment['CRUCIBLE_WEBGPU_ADAPTER'] ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
