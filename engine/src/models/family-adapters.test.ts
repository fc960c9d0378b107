import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { createKeyedRandom } from '../random/index.js';
import { readTensors } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { randomUpdates } from './float64-tower.testing.js';
import { deviation, goldenFolder } from './golden.testing.js';
import {
  createDual,
  createEvaluator,
  createTape,
  families,
  foldUpdates,
  matchTargets,
  ModelWeights,
  openModel,
  type Architecture,
  type DualTerm,
  type LowRankTerms,
  type LowRankUpdates,
  type Model,
} from './index.js';
import { randomInputs, wrapPatches } from './model-input.testing.js';

/** One family per folder of golden models: what holds below holds with no word of code per family. */
const folders = readdirSync(join(goldenFolder, 'models')).filter((name) => {
  const config = join(goldenFolder, 'models', name, 'config.json');
  if (!existsSync(config)) return false;
  const { model_type } = JSON.parse(readFileSync(config, 'utf8')) as { readonly model_type: string };
  return families.some(({ modelTypes }) => modelTypes.includes(model_type));
});

/** Linear layers that an adapter may be attached to, in repeated blocks; of the others, the rest. */
const layerCounts: Readonly<Record<string, readonly [all: number, blocks: number]>> = {
  clip: [2 * 6 + 1 + 2 * 6 + 1, 24],
  'clip-eos': [6 + 1 + 6 + 1, 12],
  vit: [2 * 6 + 1, 12],
  bert: [2 * 6 + 1, 12],
  roberta: [2 * 6 + 1, 12],
};

describe.each(testedBackends)('adapters of every family on %s', (backendName) => {
  let backend: SelectedBackend;
  const models = new Map<string, { readonly model: Model; readonly weights: ModelWeights }>();
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    for (const name of folders) {
      const model = await openModel(join(goldenFolder, 'models', name));
      models.set(name, { model, weights: new ModelWeights(backend.tf, model.parameters) });
    }
  });
  afterAll(() => {
    for (const { weights } of models.values()) weights.dispose();
    backend.dispose();
  });

  const updatesOf = (model: Architecture, seed: number): LowRankUpdates =>
    randomUpdates(
      seed,
      matchTargets(model.linearLayers.keys(), ['all-linear']).map((name) => {
        const { outFeatures, inFeatures } = model.linearLayers.get(name)!;
        return { name, out: outFeatures, in: inFeatures };
      }),
    );
  const matrix = (values: Float32Array, rows: number): Tensor =>
    backend.tf.tensor2d(values.slice(), [rows, values.length / rows]);
  const termsOf = (...adapters: readonly LowRankUpdates[]): LowRankTerms =>
    new Map(
      [...adapters[0]!.keys()].map((module) => [
        module,
        adapters.map((updates) => {
          const { a, b, rank, scale } = updates.get(module)!;
          return { a: matrix(a, rank), b: matrix(b, b.length / rank), scale };
        }),
      ]),
    );

  it.each(Object.entries(layerCounts))('%s has %j linear layers, in all and in its blocks', (name, counts) => {
    const { linearLayers } = models.get(name)!.model;
    expect([linearLayers.size, matchTargets(linearLayers.keys(), ['all-linear']).length]).toEqual(counts);
  });

  it.each(folders)('%s: the shapes of its linear layers are those of their weights', (name) => {
    const { linearLayers, parameters } = models.get(name)!.model;
    expect(linearLayers.size).toBeGreaterThan(0);
    for (const [layer, { outFeatures, inFeatures }] of linearLayers) {
      expect(parameters.get(`${layer}.weight`)?.shape).toEqual([outFeatures, inFeatures]);
    }
  });

  it.each(folders)('%s: two adapters beside the weights are the same as both folded in', async (name) => {
    const { tf } = backend;
    const { model, weights } = models.get(name)!;
    const [one, two] = [updatesOf(model, 1), updatesOf(model, 2)];
    const first = foldUpdates(tf, weights, one);
    const both = foldUpdates(tf, first, two);
    const outputs = await readTensors(tf, () =>
      randomInputs(tf, model, 3).flatMap((input) => [
        model.forward(createEvaluator(tf, weights), input),
        model.forward(createEvaluator(tf, weights, termsOf(one, two)), input),
        model.forward(createEvaluator(tf, both), input),
      ]),
    );
    for (let i = 0; i < outputs.length; i += 3) {
      const [base, beside, folded] = outputs.slice(i, i + 3);
      expect(deviation(beside!, folded!, { atol: 2e-4, rtol: 2e-4 })).toBeLessThanOrEqual(1);
      expect(deviation(base!, folded!, { atol: 2e-2, rtol: 2e-2 })).toBeGreaterThan(1);
    }
    both.dispose();
    first.dispose();
  });

  // Reverse and forward mode are written apart from each other, and agree only if both are right.
  it.each(folders)('%s: gradients of LoRA are what its tangents say', async (name) => {
    const { tf } = backend;
    const { model, weights } = models.get(name)!;
    const updates = updatesOf(model, 4);
    const random = createKeyedRandom(9);
    for (let which = 0; which < model.inputs.length; which += 1) {
      const sums = await readTensors(tf, () => {
        const input = randomInputs(tf, model, 5)[which];
        if (input === undefined) return [];
        const terms = new Map(
          [...termsOf(updates)].map(([module, [term]]) => {
            const noise = (factor: Tensor, key: string): Tensor =>
              tf.tensor(random.normal([module, key], factor.size), factor.shape);
            const [gradientOfA, gradientOfB] = [`A/${module}`, `B/${module}`];
            const directions = { directionOfA: noise(term!.a, 'A'), directionOfB: noise(term!.b, 'B') };
            return [module, [{ ...term!, gradientOfA, gradientOfB, ...directions }]] as readonly [string, DualTerm[]];
          }),
        );
        const tape = createTape(tf, weights, { terms });
        const output = model.forward(tape, wrapPatches(input, tape.constant));
        const seed = tf.tensor(random.normal(['seed', which], output.value.size), output.value.shape);
        const gradients = tape.backward(output, seed.clone());
        const dual = createDual(tf, weights, { terms });
        const { tangent } = model.forward(dual, wrapPatches(input, dual.constant));
        const forward = tf.mul(tangent!, seed);
        const made: Tensor[] = [forward];
        for (const [module, [term]] of terms) {
          for (const [key, direction] of [
            ['A', term!.directionOfA!],
            ['B', term!.directionOfB!],
          ] as const) {
            const gradient = gradients.get(`${key}/${module}`);
            // A tower that does not read this input has none.
            if (gradient === undefined) continue;
            made.push(tf.mul(gradient, direction));
          }
        }
        return made.flatMap((parts) => [tf.sum(parts), tf.sum(tf.abs(parts))]);
      });
      const total = (values: readonly Float32Array[]): number => values.reduce((sum, [value]) => sum + value!, 0);
      const [along, ...reverse] = sums.filter((_, i) => i % 2 === 0);
      if (along === undefined) continue;
      const size = total(sums.filter((_, i) => i % 2 === 1));
      expect(Math.abs(total(reverse) - along[0]!) / size).toBeLessThan(1e-5);
    }
  });
});
