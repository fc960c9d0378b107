import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { smallAdapterTraining, smallFullTraining } from './small-training.testing.js';
import { trainAdapter } from './train-adapter.js';
import { trainFull } from './train-full.js';

/** Built by `tsc -b`, which runs before the tests. */
const program = fileURLToPath(new URL('../../dist/training/killed-training.testing.js', import.meta.url));

describe('a training that is killed with SIGKILL', () => {
  let backend: SelectedBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    folder = await mkdtemp(join(tmpdir(), 'crucible-killed-'));
  });
  afterAll(async () => {
    backend.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts the training in a process and kills it when it reports `step`. */
  async function killAt(kind: string, checkpointPath: string, step: number): Promise<void> {
    const child = spawn(process.execPath, [program, kind, checkpointPath], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      if (Number(line) === step) child.kill('SIGKILL');
    }
    const [, signal] = (await ended) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
  }

  it.each(['LORA', 'L_LORA'] as const)('%s goes on to the same bytes', async (method) => {
    const checkpointPath = join(folder, `${method}.safetensors`);
    await killAt(method, checkpointPath, 7);
    await killAt(method, checkpointPath, 13);
    const steps: number[] = [];
    const options = { ...smallAdapterTraining(backend.tf, method), checkpointEvery: 2 };
    const onProgress = ({ step }: { readonly step: number }) => void steps.push(step);
    const resumed = await trainAdapter({ ...options, checkpointPath, onProgress });
    const whole = join(folder, `${method}-whole.safetensors`);
    const undisturbed = await trainAdapter({ ...options, checkpointPath: whole });

    expect(steps[0]).toBeGreaterThan(12);
    expect(resumed).toEqual(undisturbed);
    expect((await readFile(checkpointPath)).equals(await readFile(whole))).toBe(true);
  });

  it('trains all parameters on to the same bytes', async () => {
    const checkpointPath = join(folder, 'full.safetensors');
    await killAt('full', checkpointPath, 9);
    const resumed = await trainFull({ ...smallFullTraining(backend.tf), checkpointPath, checkpointEvery: 2 });
    const undisturbed = await trainFull(smallFullTraining(backend.tf));
    expect(resumed).toEqual(undisturbed);
    expect(undisturbed.losses.at(-1)).toBeLessThan(undisturbed.losses[0]! / 2);
  });

  it('leaves whole checkpoints only, besides a temporary file of the moment it died', async () => {
    const names = await readdir(folder);
    expect(names.filter((name) => !/\.safetensors(\.[\da-f-]+\.tmp)?$/.test(name))).toEqual([]);
  });
});
