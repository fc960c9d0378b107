import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensors } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { createKeyedRandom } from '../../random/index.js';
import {
  deviation,
  difference,
  GOLDEN_RANK,
  GOLDEN_SCALE,
  readGoldenCase,
  readLoraGolden,
  zeros,
  type LoraGolden,
} from '../golden.testing.js';
import {
  cosineLoss,
  createDual,
  createEvaluator,
  createTape,
  ModelWeights,
  visionTower,
  type Activation,
  type DualTerm,
  type VisionConfig,
} from '../index.js';
import { initializeVisionModel } from '../initialize-vision-model.js';

describe.each(testedBackends)('forward-mode differentiation on %s', (backendName) => {
  let backend: SelectedBackend;
  let golden: LoraGolden;
  let weights: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    golden = await readLoraGolden();
    weights = new ModelWeights(backend.tf, golden.model.parameters);
  });
  afterAll(() => {
    weights.dispose();
    backend.dispose();
  });

  const width = 32;
  const a = (values: Float32Array): Tensor2D => backend.tf.tensor2d(values.slice(), [GOLDEN_RANK, width], 'float32');
  const b = (values: Float32Array): Tensor2D => backend.tf.tensor2d(values.slice(), [width, GOLDEN_RANK], 'float32');
  /** The path at the frame (A0, B0), moving towards (A1, B1). */
  const termAt = (module: string, hasB0: boolean): DualTerm => {
    const b0 = hasB0 ? golden.factor('B0', module) : zeros(width * GOLDEN_RANK);
    return {
      a: a(golden.factor('A0', module)),
      b: b(b0),
      scale: GOLDEN_SCALE,
      directionOfA: a(difference(golden.factor('A1', module), golden.factor('A0', module))),
      directionOfB: b(difference(golden.factor('B1', module), b0)),
    };
  };

  // Reference: torch.func.jvp over transformers and PEFT.
  it.each([
    ['network-linear', false],
    ['network-linear-general', true],
  ] as const)('expands the whole tower as l-lora/%s', async (name, hasB0) => {
    const { tf } = backend;
    const { expected, tolerance } = await readGoldenCase(`l-lora/${name}`);
    for (const [output, key] of [
      ['embedding', 'image_embeds'],
      ['hidden', 'last_hidden_state'],
    ] as const) {
      const [f0, tangent, linear] = await readTensors(tf, () => {
        const terms = new Map(golden.modules.map((module) => [module, [termAt(module, hasB0)]]));
        const patches = { value: tf.tensor2d(golden.patches(3), [48, 147], 'float32') };
        const result = visionTower(golden.model.config, createDual(tf, weights, { terms }), patches, 3, output);
        return [result.value, result.tangent!, tf.add(result.value, result.tangent!)];
      });
      expect(deviation(f0!, expected.get(`f0/${key}`)!, tolerance), `f0 ${key}`).toBeLessThanOrEqual(1);
      expect(deviation(tangent!, expected.get(`tangent/${key}`)!, tolerance), `tangent ${key}`).toBeLessThanOrEqual(1);
      expect(deviation(linear!, expected.get(`linear/${key}`)!, tolerance), `linear ${key}`).toBeLessThanOrEqual(1);
    }
  });

  // paper.md 1.3: with B0 = 0, f(φ0) + J·(φ − φ0) of one layer is W x + s ΔB A0 x, and A does not matter.
  it.each([false, true])('of one layer gives the closed form that L-LoRA trains (B0 given: %s)', async (hasB0) => {
    const { tf } = backend;
    const module = golden.modules[1]!;
    const [expansion, closed] = await readTensors(tf, () => {
      const x = tf.tensor2d(createKeyedRandom(1).normal(['x'], 5 * width), [5, width]);
      const term = termAt(module, hasB0);
      const { value, tangent } = createDual(tf, weights, { terms: new Map([[module, [term]]]) }).linear(module, {
        value: x,
      });
      const main = { a: term.a, b: b(golden.factor('B1', module)), scale: GOLDEN_SCALE };
      const rest = { a: term.directionOfA!, b: term.b, scale: GOLDEN_SCALE };
      const terms = new Map([[module, hasB0 ? [main, rest] : [main]]]);
      return [tf.add(value, tangent!), createEvaluator(tf, weights, terms).linear(module, x)];
    });
    expect(deviation(closed!, expansion!, { atol: 1e-4, rtol: 1e-5 })).toBeLessThanOrEqual(1);
  });

  // Reverse and forward mode are written independently: ⟨∇L, d⟩ = J·d holds only if both are right, for every parameter at once.
  it.each<[Activation, 'embedding' | 'hidden']>([
    ['quick_gelu', 'embedding'],
    ['gelu', 'embedding'],
    ['gelu', 'hidden'],
  ])('agrees with the gradient of every parameter (%s, %s)', async (activation, output) => {
    const { tf } = backend;
    const config: VisionConfig = {
      hiddenSize: 12,
      intermediateSize: 20,
      layers: 2,
      heads: 3,
      imageSize: 6,
      patchSize: 3,
      channels: 2,
      projectionSize: 7,
      activation,
      layerNormEpsilon: 1e-5,
    };
    const random = createKeyedRandom(7);
    const jitter = [...initializeVisionModel(config, 3)].map(([name, { shape, values }]) => {
      const noise = random.normal(['noise', name], values.length);
      return [name, { shape, values: values.map((x, i) => x + 0.3 * noise[i]!) }] as const;
    });
    const own = new ModelWeights(tf, new Map(jitter));
    const errors: number[] = [];
    const sums = await readTensors(tf, () => {
      const made: Tensor[] = [];
      const x = tf.tensor2d(random.normal(['x'], 3 * 4 * 18), [12, 18]);
      const tape = createTape(tf, own, { trainable: () => true });
      const reverse = visionTower(config, tape, tape.constant(x), 3, output);
      const seed = tf.tensor2d(random.normal(['seed'], reverse.value.size), reverse.value.shape as [number, number]);
      const gradients = tape.backward(reverse, seed.clone());
      for (const name of own.names()) {
        const matrix = own.matrix(name);
        const direction = tf.tensor(random.normal(['direction', name], matrix.size), matrix.shape);
        const dual = createDual(tf, own, { directions: new Map([[name, direction]]) });
        const { tangent } = visionTower(config, dual, { value: x }, 3, output);
        const gradient = gradients.get(name);
        if (tangent === undefined || gradient === undefined) {
          // Past the last layer nothing reads the norm and the projection.
          errors.push(output === 'hidden' && tangent === gradient ? 0 : Infinity);
          continue;
        }
        const along = tf.mul(tangent, seed);
        const parts = tf.mul(tf.reshape(gradient, matrix.shape), direction) as Tensor;
        made.push(...[along, parts].flatMap((x) => [tf.sum(x), tf.sum(tf.abs(x))]));
      }
      return made;
    });
    for (let i = 0; i < sums.length; i += 4) {
      const [forward, forwardSize, backward, backwardSize] = sums.slice(i, i + 4).map(([sum]) => sum!);
      // The one: a key's bias has no gradient, for softmax does not see a shift.
      errors.push(Math.abs(backward! - forward!) / (1 + forwardSize! + backwardSize!));
    }
    own.dispose();
    // Float32 rounding over sums of some hundred terms.
    expect(Math.max(...errors)).toBeLessThan(1e-5);
  });

  it('agrees with central differences of the loss', async () => {
    const { tf } = backend;
    const random = createKeyedRandom(11);
    const embeddings = random.normal(['e'], 6 * 8);
    const head = random.normal(['w'], 5 * 8);
    const labels = Int32Array.of(0, 1, 2, 3, 4, 0);
    const lossOf = (e: Float32Array, w: Float32Array, logScale: number, gradients = false) =>
      readTensors(tf, () => {
        const made = cosineLoss(tf, {
          embeddings: tf.tensor2d(e.slice(), [6, 8]),
          weight: tf.tensor2d(w.slice(), [5, 8]),
          logitScale: Math.exp(logScale),
          labels,
          labelSmoothing: 0.1,
          headTrains: gradients,
        });
        const parts = [made.loss, made.gradientOfEmbeddings, made.gradientOfWeight, made.gradientOfLogScale];
        return parts.filter((part) => part !== undefined);
      });
    const [, dE, dW, dScale] = await lossOf(embeddings, head, 2, true);
    const h = 1e-2;
    const nudge = (x: Float32Array, at: number, by: number) => x.map((value, i) => (i === at ? value + by : value));
    const slope = async (at: (by: number) => Promise<readonly Float32Array[]>) => {
      const [[above], [below]] = [await at(h), await at(-h)];
      return (above![0]! - below![0]!) / (2 * h);
    };
    const errors = await Promise.all([
      slope((by) => lossOf(embeddings, head, 2 + by)).then((got) => got - dScale![0]!),
      ...Array.from(
        embeddings,
        async (_, i) => (await slope((by) => lossOf(nudge(embeddings, i, by), head, 2))) - dE![i]!,
      ),
      ...Array.from(head, async (_, i) => (await slope((by) => lossOf(embeddings, nudge(head, i, by), 2))) - dW![i]!),
    ]);
    // h² / 6 times the third derivative, and 1e-7 / h of rounding.
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2e-3);
  });
});
