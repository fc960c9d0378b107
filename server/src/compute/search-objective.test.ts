import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { selectBackend, type SelectedBackend } from '@crucible/engine/backend';
import { unpackTask } from '@crucible/engine/tasks';
import { defineSearchStrategy, type SearchObjective } from '@crucible/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeTinyWorkspace } from '../testing/tiny-workspace.js';
import type { FusionWork } from './protocol.js';
import { searchObjective, type OpenObjective } from './search-objective.js';

let folder: string;
let backend: SelectedBackend;
let adapters: readonly AdapterFile[];
const opened: OpenObjective[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'objective-'));
  await writeTinyWorkspace(folder);
  await unpackTask(join(folder, 'tasks/right.safetensors.br'), join(folder, 'tasks/right.safetensors'));
  backend = await selectBackend({ backend: 'wasm' });
  adapters = await Promise.all(
    ['left', 'right'].map((name) => openAdapter(join(folder, `adapters/${name}.l_lora.safetensors`))),
  );
});
afterAll(async () => {
  for (const objective of opened) objective.dispose();
  for (const adapter of adapters) await adapter.close();
  backend.dispose();
  await rm(folder, { recursive: true });
});

const strategyOf = (change: object = {}) =>
  defineSearchStrategy({
    id: 'probe',
    title: 'Probe',
    description: 'Looks at an objective.',
    references: [{ title: 'none' }],
    needs: { minAdapters: 1, validation: true, gradient: true, order: 'MATTERS' },
    spaces: ['DELTA', 'FACTOR'],
    options: z.object({}),
    shots: () => 2,
    batchSize: () => 100,
    search: async () => ({ coefficients: [], trace: [] }),
    ...change,
  });

async function open(change: object = {}, work: Partial<FusionWork> = {}): Promise<SearchObjective> {
  const objective = await searchObjective(
    {
      strategy: strategyOf(change),
      members: adapters.map((adapter) => ({ adapter, weight: 1 })),
      frame: undefined,
      work: {
        kind: 'FUSION',
        strategy: 'probe',
        options: {},
        members: [],
        space: 'DELTA',
        outputRank: null,
        seed: 3,
        name: 'probe',
        frame: null,
        base: { folder: join(folder, 'base') },
        tasks: ['left', 'right'].map((name) => ({
          name,
          task: join(folder, `tasks/${name}.safetensors`),
          head: join(folder, `heads/${name}.safetensors`),
        })),
        outputPath: '',
        ...work,
      },
    },
    { backend, signal: new AbortController().signal, onProgress: () => undefined, onLog: () => undefined },
  );
  opened.push(objective);
  return objective;
}
/** Layer by layer. */
const groups = (modules: readonly string[]): readonly number[] =>
  modules.map((name) => (name.includes('layers.0') ? 0 : 1));

describe.each(['CROSS_ENTROPY', 'ENTROPY'] as const)('an objective of %s', (objective) => {
  it('has a value, and a slope that its differences confirm, in every group', async () => {
    const { evaluate, gradient, groupCount, adapterCount, examples } = await open({ objective, groups });
    expect([groupCount, adapterCount]).toEqual([2, 2]);
    const at = [0.4, 0.1, -0.2, 0.6];
    // A batch of all examples: what `evaluate` looks at, by another way through the model.
    const found = await gradient!(at, 0);
    const value = await evaluate(at);
    expect(found).toMatchObject({ examples, accuracy: value.accuracy });
    expect(value.examples).toBe(examples);
    expect(Math.abs(found.loss - value.loss)).toBeLessThan(1e-5);
    const step = 0.02;
    for (const [i, slope] of found.gradient.entries()) {
      const moved = async (by: number) => (await evaluate(at.map((c, j) => (i === j ? c + by : c)))).loss;
      const expected = ((await moved(step)) - (await moved(-step))) / (2 * step);
      // Differences of a float32 forward pass: its rounding over the step, and the curvature of the loss.
      expect(Math.abs(slope - expected)).toBeLessThan(5e-3);
    }
  });

  it('of groups with equal coefficients is that of one group', async () => {
    const [one, two] = [await open({ objective }), await open({ objective, groups })];
    expect(one.groupCount).toBe(1);
    expect(await two.evaluate([0.3, 0.5, 0.3, 0.5])).toEqual(await one.evaluate([0.3, 0.5]));
  });
});

it('batches depend on seed and step alone, and go through all examples', async () => {
  const small = { batchSize: () => 3 };
  const [first, again, other] = [await open(small), await open(small), await open(small, { seed: 4 })];
  const losses = async ({ gradient }: SearchObjective) => {
    const steps = await Promise.all([0, 1, 2].map((step) => gradient!([0.3, 0.3], step)));
    return steps.map(({ loss, examples }) => [loss, examples]);
  };
  const found = await losses(first);
  expect(await losses(again)).toEqual(found);
  expect(await losses(other)).not.toEqual(found);
  expect(found.map(([, examples]) => examples)).toEqual([6, 6, 6]);
  expect(new Set(found.map(([loss]) => loss)).size).toBe(3);
});

it('labels choose few-shot examples, and have no say where the objective is entropy', async () => {
  // 2 shots of 3 classes of 2 tasks; validation has 12 examples each.
  expect((await open()).examples).toBeLessThanOrEqual(12);
  expect((await open({ objective: 'ENTROPY' })).examples).toBe(12);
  expect((await open({ objective: 'ENTROPY', shots: () => 100 })).examples).toBe(24);
});

it('there is a slope only where it is asked for, and where coefficients are factors of ΔW', async () => {
  expect((await open({ needs: { minAdapters: 1, order: 'MATTERS' } })).gradient).toBeUndefined();
  expect((await open({}, { space: 'FACTOR' })).gradient).toBeUndefined();
});
