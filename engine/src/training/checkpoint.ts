import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Parameter, ParameterMap } from '../models/index.js';
import { openSafetensors, viewBytes, writeSafetensors } from '../tensors/index.js';
import { trainingErrors } from './errors.js';

/** All that changes while a training runs, by name: what it trains, the moments, the history. Restored in place. */
export type TrainingState = ReadonlyMap<string, Parameter>;

/** SHA-256 of everything that a training's outcome depends on; a checkpoint is only taken up by the training that wrote it. */
export function fingerprintTraining(recipe: Readonly<Record<string, unknown>>, start: ParameterMap): string {
  const hash = createHash('sha256').update(`crucible-training-1\n${JSON.stringify(recipe)}\n`);
  for (const [name, { shape, values }] of start) {
    hash.update(`${JSON.stringify([name, shape])}\n`).update(viewBytes(values));
  }
  return hash.digest('hex');
}

/** Replaces the checkpoint as a whole: whatever kills the process, the path holds a complete checkpoint. */
export async function writeCheckpoint(
  path: string,
  fingerprint: string,
  step: number,
  state: TrainingState,
): Promise<void> {
  await writeSafetensors(path, {
    metadata: { crucible_checkpoint: JSON.stringify({ version: 1, fingerprint, step }) },
    tensors: [...state].map(([name, { shape, values }]) => ({
      name,
      dtype: 'F32',
      shape: [...shape],
      read: () => viewBytes(values),
    })),
  });
}

/**
 * Fills `state` from the checkpoint and returns how many steps it holds; 0 where there is none.
 *
 * @throws trainingErrors.checkpointForeign where it belongs to another training
 */
export async function restoreCheckpoint(path: string, fingerprint: string, state: TrainingState): Promise<number> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (!there) return 0;
  const file = await openSafetensors(path);
  try {
    const foreign = (reason: string) => trainingErrors.checkpointForeign({ file: path, reason });
    const written = parseManifest(file.metadata.get('crucible_checkpoint'));
    if (written === undefined) throw foreign('it has no valid crucible_checkpoint in its metadata');
    if (written.fingerprint !== fingerprint) throw foreign('it was written under other settings, data or weights');
    for (const [name, { values }] of state) {
      if (!file.tensors.has(name) || file.info(name).size !== values.length) throw foreign(`tensor ${name} differs`);
      values.set(await file.readFloat32(name));
    }
    return written.step;
  } finally {
    await file.close();
  }
}

function parseManifest(text: string | undefined): { fingerprint: string; step: number } | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { version, fingerprint, step } = json as Readonly<Record<string, unknown>>;
  const isStep = typeof step === 'number' && Number.isSafeInteger(step) && step >= 0;
  return version === 1 && typeof fingerprint === 'string' && isStep ? { fingerprint, step } : undefined;
}

/** The moments of AdamW as parts of a state. */
export function momentEntries(
  name: string,
  moments: { first: Float32Array; second: Float32Array },
): [string, Parameter][] {
  return [
    [`moments.first.${name}`, { shape: [moments.first.length], values: moments.first }],
    [`moments.second.${name}`, { shape: [moments.second.length], values: moments.second }],
  ];
}
