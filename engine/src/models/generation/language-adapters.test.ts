import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenPeft, inputPath, peftCases, readExpected } from '../../adapters/golden.testing.js';
import { readPeftFolder } from '../../adapters/index.js';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensor, readTensors } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { createKeyedRandom } from '../../random/index.js';
import { calculus64, deltas64, type Matrix64, type ParameterMap64 } from '../calculus/calculus64.testing.js';
import { randomUpdates } from '../float64-tower.testing.js';
import { deviation, goldenFolder, readAll } from '../golden.testing.js';
import {
  createDual,
  createEvaluator,
  createTape,
  foldUpdates,
  matchTargets,
  ModelWeights,
  openModel,
  type DualTerm,
  type LowRankTerm,
  type LowRankUpdate,
  type LowRankUpdates,
  type Model,
  type ModelInput,
  type TokenBatch,
} from '../index.js';

/** DoRA is no sum of factors: adapters/import settles it. What is trained whole, beside factors, needs no rank here. */
const saved = peftCases.filter(({ name }) => name.startsWith('adapter-') && !name.includes('dora'));

const batchOf = (ids: ArrayLike<number>, batch = 2, masked: readonly number[] = []): TokenBatch => ({
  batch,
  tokens: ids.length / batch,
  ids: Int32Array.from(ids),
  mask: Uint8Array.from(ids, (_, at) => (masked.includes(at) ? 0 : 1)),
});

describe.each(testedBackends)('adapters of language models on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  // The whole way from PEFT's file to the model's output: scales, patterns, and GPT-2's transposed layers.
  it.each(saved)('$name gives the logits that PEFT gives', async (aCase) => {
    const { tf } = backend;
    const base = inputPath(aCase, aCase.inputs.base!);
    const model = await openModel(base);
    const adapter = await readPeftFolder(inputPath(aCase, aCase.inputs.adapter!), { base });
    const updates = new Map<string, LowRankUpdate>();
    for (const info of adapter.modules.values()) {
      updates.set(info.name, { ...info, ...(await adapter.readFactors(info.name)) });
    }
    await adapter.close();
    const ids = (await readAll(join(goldenPeft, '_inputs/input_ids.safetensors'))).get(model.family)!;
    const expected = (await readExpected(aCase, 'logits')).get('')!.values;
    const tolerance = aCase.tolerance as unknown as {
      readonly logits?: { readonly atol: number; readonly rtol: number };
    };
    const weights = new ModelWeights(tf, model.parameters);
    const folded = foldUpdates(tf, weights, updates);
    const got = await readTensor(tf, () => model.forward(createEvaluator(tf, folded), { text: batchOf(ids) }));
    expect(deviation(got, expected, tolerance.logits ?? { atol: 3e-5, rtol: 1e-5 })).toBeLessThanOrEqual(1);
    folded.dispose();
    weights.dispose();
  });
});

/**
 * Everything below is judged by central differences of a forward pass in float64 that is written apart (calculus64), at h = 1e-4: h²/6 of a third
 * derivative near 1 is 2e-9, far below the float32 rounding of what is tested.
 */
const H = 1e-4;

describe.each(['gpt2-variant', 'llama-rope-llama3', 'qwen2', 't5-silu', 't5-tied'])('the derivatives of %s', (name) => {
  let backend: SelectedBackend;
  let model: Model;
  let weights: ModelWeights;
  let input: ModelInput<never>;
  let modules: readonly string[];
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'cpu' });
    model = await openModel(join(goldenFolder, 'models', name));
    weights = new ModelWeights(backend.tf, model.parameters);
    modules = matchTargets(model.linearLayers.keys(), ['all-linear']);
    const random = createKeyedRandom(12);
    const ids = (key: string, count: number) => random.integers([key], count, model.widthOf('logits'));
    const text = batchOf(ids('text', 8), 2, [7]);
    input = model.inputs.includes('decoder') ? { text, decoder: batchOf(ids('decoder', 6)) } : { text };
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  const updatesAt = (seed: number): LowRankUpdates =>
    randomUpdates(
      seed,
      modules.map((layer) => {
        const { outFeatures, inFeatures } = model.linearLayers.get(layer)!;
        return { name: layer, out: outFeatures, in: inFeatures };
      }),
    );
  const tensorOf = (values: Float32Array, rows: number): Tensor =>
    backend.tf.tensor2d(values.slice(), [rows, values.length / rows]);
  const factors = ({ a, b, rank, scale }: LowRankUpdate): LowRankTerm => ({
    a: tensorOf(a, rank),
    b: tensorOf(b, b.length / rank),
    scale,
  });
  const logits64 = (updates: LowRankUpdates, parameters: ParameterMap64 = model.parameters): Float64Array =>
    model.forward(calculus64({ parameters }, deltas64(updates)), input as ModelInput<Matrix64>).data;
  const seed = (): Float32Array => {
    const rows = (input.decoder ?? input.text)!.ids.length;
    return createKeyedRandom(2).normal(['seed'], rows * model.widthOf('logits'));
  };
  const along = (values: ArrayLike<number>): number => seed().reduce((sum, weight, i) => sum + weight * values[i]!, 0);
  /** Σ seed · logits, differentiated in float64 along what `move` does. */
  const slope = (at: (h: number) => Float64Array): number => (along(at(H)) - along(at(-H))) / (2 * H);
  const moved = (x: Float32Array, direction: Float32Array, h: number): Float32Array =>
    // Float64 values under a float32 type: `deltas64` only reads them.
    Float64Array.from(x, (value, i) => value + h * direction[i]!) as unknown as Float32Array;

  it.each([
    ['LoRA', true],
    ['L-LoRA', false],
  ] as const)('in the factors of %s are the tape’s gradients', async (_, trainsA) => {
    const { tf } = backend;
    const updates = updatesAt(3);
    const random = createKeyedRandom(8);
    const keys: string[] = [];
    const values = await readTensors(tf, () => {
      const terms = new Map(
        modules.map((layer) => [
          layer,
          [
            {
              ...factors(updates.get(layer)!),
              gradientOfB: `b/${layer}`,
              ...(trainsA && { gradientOfA: `a/${layer}` }),
            },
          ],
        ]),
      );
      const tape = createTape(tf, weights, { terms });
      const output = model.forward(tape, input);
      const gradients = tape.backward(output, tf.tensor(seed(), output.value.shape as [number, number]));
      keys.push(...gradients.keys());
      return [...gradients.values()];
    });
    expect(keys.length).toBe(modules.length * (trainsA ? 2 : 1));
    keys.forEach((key, place) => {
      const [which, layer] = [key[0] as 'a' | 'b', key.slice(2)];
      const own = updates.get(layer)!;
      const direction = random.normal([key], own[which].length);
      const expected = slope((h) =>
        logits64(new Map([...updates, [layer, { ...own, [which]: moved(own[which], direction, h) }]])),
      );
      const gradient = values[place]!;
      const got = direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);
      const size = direction.reduce((sum, d, i) => sum + Math.abs(d * gradient[i]!), 1);
      expect(Math.abs(got - expected) / size, `${name} ${key}`).toBeLessThan(1e-4);
    });
  });

  it('in every parameter of the model are the tape’s gradients', async () => {
    const { tf } = backend;
    const random = createKeyedRandom(6);
    const keys = [...model.parameters.keys()];
    const values = await readTensors(tf, () => {
      const tape = createTape(tf, weights, { trainable: () => true });
      const output = model.forward(tape, input);
      const gradients = tape.backward(output, tf.tensor(seed(), output.value.shape as [number, number]));
      return keys.map((key) => gradients.get(key)!);
    });
    keys.forEach((key, place) => {
      const parameter = model.parameters.get(key)!;
      const direction = random.normal([key], parameter.values.length);
      const expected = slope((h) =>
        logits64(
          new Map(),
          new Map([...model.parameters, [key, { ...parameter, values: moved(parameter.values, direction, h) }]]),
        ),
      );
      const gradient = values[place]!;
      const got = direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);
      const size = direction.reduce((sum, d, i) => sum + Math.abs(d * gradient[i]!), 1);
      expect(Math.abs(got - expected) / size, `${name} ${key}`).toBeLessThan(1e-4);
    });
  });

  it('along both factors of all modules at once are the dual’s tangent', async () => {
    const { tf } = backend;
    const [at, direction] = [updatesAt(3), updatesAt(4)];
    const there = (h: number): LowRankUpdates =>
      new Map(
        modules.map((layer) => {
          const [own, step] = [at.get(layer)!, direction.get(layer)!];
          return [layer, { ...own, a: moved(own.a, step.a, h), b: moved(own.b, step.b, h) }];
        }),
      );
    const [above, below] = [logits64(there(H)), logits64(there(-H))];
    const [value, tangent] = await readTensors(tf, () => {
      const terms = new Map(
        modules.map((layer): [string, DualTerm[]] => {
          const step = factors(direction.get(layer)!);
          return [layer, [{ ...factors(at.get(layer)!), directionOfA: step.a, directionOfB: step.b }]];
        }),
      );
      const result = model.forward(createDual(tf, weights, { terms }), input);
      return [result.value, result.tangent!];
    });
    const expected = Float32Array.from(above, (x, i) => (x - below[i]!) / (2 * H));
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(deviation(tangent!, expected, { atol: 2e-5 * largest, rtol: 1e-4 })).toBeLessThanOrEqual(1);
    expect(deviation(value!, Float32Array.from(logits64(at)), { atol: 1e-4, rtol: 1e-4 })).toBeLessThanOrEqual(1);
  });
});
