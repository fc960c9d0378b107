import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { dropoutMask } from './dropout.js';
import { createKeyedRandom } from '../random/index.js';
import { smallAdapterTraining } from './small-training.testing.js';
import { trainAdapter, type TrainAdapterOptions, type TrainingMethod } from './train-adapter.js';

describe('a training that is taken up again', () => {
  let backend: SelectedBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    folder = await mkdtemp(join(tmpdir(), 'crucible-resumed-'));
  });
  afterAll(async () => {
    backend.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const everything = { dropout: 0.2, accumulate: 2, batchSize: 8, regularizers: { norm: 0.01 } };
  it.each<[string, TrainingMethod, Partial<TrainAdapterOptions>]>([
    ['LORA', 'LORA', everything],
    ['selective', 'LORA', { ...everything, linearizedModules: ['fc2'], rankStabilized: true }],
    ['L_LORA', 'L_LORA', everything],
    ['NETWORK_LINEARIZED', 'NETWORK_LINEARIZED', everything],
    ['FULL', 'FULL', { targetModules: ['all'], accumulate: 2, batchSize: 8 }],
    ['FULL_LINEARIZED', 'FULL_LINEARIZED', { targetModules: ['all-linear'], regularizers: { norm: 0.01 } }],
  ])('gives the same bytes in every mode: %s', async (name, method, change) => {
    const options: TrainAdapterOptions = {
      ...smallAdapterTraining(backend.tf, method),
      learningRate: 3e-3,
      steps: 9,
      evaluateEvery: 3,
      checkpointEvery: 2,
      ...change,
    };
    const checkpointPath = join(folder, `${name}.safetensors`);
    for (const stop of [3, 7]) {
      const abort = new AbortController();
      const onProgress = ({ step }: { readonly step: number }): void => {
        if (step === stop) abort.abort(new Error('stopped'));
      };
      const stopped = trainAdapter({ ...options, checkpointPath, signal: abort.signal, onProgress });
      await expect(stopped).rejects.toThrow('stopped');
    }
    const resumed = await trainAdapter({ ...options, checkpointPath });
    const wholePath = join(folder, `${name}-whole.safetensors`);
    const whole = await trainAdapter({ ...options, checkpointPath: wholePath });
    expect(resumed).toEqual(whole);
    expect((await readFile(checkpointPath)).equals(await readFile(wholePath))).toBe(true);
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('must be the same in every setting of its mode', async () => {
    const options = { ...smallAdapterTraining(backend.tf, 'LORA'), steps: 5, batchSize: 8 };
    const checkpointPath = join(folder, 'settings.safetensors');
    await trainAdapter({ ...options, checkpointPath });
    const changes: readonly Partial<TrainAdapterOptions>[] = [
      { dropout: 0.1 },
      { rankStabilized: true },
      { accumulate: 2 },
      { linearizedModules: ['fc2'] },
      { regularizers: { norm: 0.1 } },
      { method: 'NETWORK_LINEARIZED' },
    ];
    for (const change of changes) {
      const training = trainAdapter({ ...options, ...change, checkpointPath });
      await expect(training).rejects.toMatchObject({ code: 'TRAINING_CHECKPOINT_FOREIGN' });
    }
  });
});

describe('dropout', () => {
  const random = createKeyedRandom(5);
  it('keeps the mean: entries are 0 or 1 / (1 − p)', () => {
    const mask = dropoutMask(random, 0.25, { step: 0, part: 0 }, 'm', 40_000);
    expect([...new Set(mask)].toSorted()).toEqual([0, Math.fround(4 / 3)]);
    // Standard error of the mean: √(p / (1 − p) / n) = 0.0029.
    expect(mask.reduce((sum, x) => sum + x, 0) / mask.length).toBeCloseTo(1, 1.5);
  });

  it('depends on step, part and module, and on nothing else', () => {
    const drawn = [
      dropoutMask(random, 0.5, { step: 1, part: 0 }, 'm', 64),
      dropoutMask(random, 0.5, { step: 0, part: 1 }, 'm', 64),
      dropoutMask(random, 0.5, { step: 0, part: 0 }, 'n', 64),
      dropoutMask(createKeyedRandom(6), 0.5, { step: 0, part: 0 }, 'm', 64),
      dropoutMask(random, 0.5, { step: 0, part: 0 }, 'm', 64),
    ].map(String);
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(String(dropoutMask(random, 0.5, { step: 0, part: 0 }, 'm', 64))).toBe(drawn.at(-1));
  });
});
