import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensors } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { createKeyedRandom } from '../../random/index.js';
import { deviation } from '../golden.testing.js';
import type { Activation } from '../operations/activation.js';
import type { AttentionShape } from '../operations/attention.js';
import type { Calculus } from './calculus.js';
import { calculus64, type Parameter64, type ParameterMap64 } from './calculus64.testing.js';
import { createDual } from './dual.js';
import { createEvaluator } from './evaluator.js';
import { ModelWeights } from './model-weights.js';
import { createTape } from './tape.js';

/** Everything that an operation depends on is a parameter, so that the gradient by all of it is checked. */
interface OperationCase {
  readonly name: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly compute: <V>(calculus: Calculus<V>) => V;
}

const activations = ['quick_gelu', 'gelu', 'gelu_new', 'silu', 'relu', 'tanh'] as const satisfies readonly Activation[];

const attention = (name: string, shape: AttentionShape, withBias = false): OperationCase => {
  const { batch, queries, keys, heads, keyValueHeads = heads } = shape;
  const size = 2;
  return {
    name: `attention, ${name}`,
    shapes: {
      q: [batch * queries, heads * size],
      k: [batch * keys, keyValueHeads * size],
      v: [batch * keys, keyValueHeads * size],
      ...(withBias && { 'bias.weight': [3, heads] }),
    },
    compute(calculus) {
      const [q, k, v] = [calculus.parameter('q'), calculus.parameter('k'), calculus.parameter('v')];
      if (!withBias) return calculus.attention(q, k, v, shape);
      const buckets = Int32Array.from({ length: queries * keys }, (_, i) => (i * 7) % 3);
      return calculus.attention(q, k, v, shape, calculus.relativeBias('bias', { queries, keys, buckets }));
    },
  };
};

const square = { batch: 2, queries: 3, keys: 3, heads: 2 };
const mask = Uint8Array.of(1, 0, 1, 1, 1, 0);

const table = (positions: number, half: number) => {
  const angles = Float32Array.from({ length: positions * half }, (_, i) => 0.3 + 0.7 * i);
  return { heads: 2, cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
};

const cases: readonly OperationCase[] = [
  {
    name: 'linear',
    shapes: { x: [4, 3], 'layer.weight': [5, 3], 'layer.bias': [5] },
    compute: (c) => c.linear('layer', c.parameter('x')),
  },
  {
    name: 'linear without bias',
    shapes: { x: [4, 3], 'layer.weight': [5, 3] },
    compute: (c) => c.linear('layer', c.parameter('x')),
  },
  {
    name: 'linear with a tied weight',
    shapes: { 'words.weight': [5, 3] },
    compute: (c) => c.linearWith('words.weight', c.embedding('words', Int32Array.of(4, 0, 4))),
  },
  {
    name: 'embedding of ids that come again',
    shapes: { 'words.weight': [6, 3] },
    compute: (c) => c.embedding('words', Int32Array.of(5, 2, 5, 0, 2, 5)),
  },
  {
    name: 'layer norm',
    shapes: { x: [4, 5], 'norm.weight': [5], 'norm.bias': [5] },
    compute: (c) => c.layerNorm('norm', c.parameter('x'), 1e-3),
  },
  {
    name: 'RMS norm',
    shapes: { x: [4, 5], 'norm.weight': [5] },
    compute: (c) => c.rmsNorm('norm', c.parameter('x'), 1e-3),
  },
  ...activations.map((kind) => ({
    name: kind,
    shapes: { x: [3, 7] },
    compute: <V>(c: Calculus<V>): V => c.activate(kind, c.scale(c.parameter('x'), 1.7)),
  })),
  attention('plain', square),
  attention('of one query', { ...square, queries: 1 }),
  attention('causal', { ...square, causal: true }),
  attention('causal with keys from before', { ...square, queries: 2, causal: true }),
  attention('with padding', { ...square, mask }),
  attention('with nothing but padding', { ...square, mask: Uint8Array.of(0, 0, 0, 1, 0, 1) }),
  attention('causal with padding on the left', { ...square, causal: true, mask: Uint8Array.of(0, 1, 1, 1, 1, 1) }),
  attention('grouped', { ...square, heads: 4, keyValueHeads: 2 }),
  attention('grouped to one, causal', { ...square, heads: 3, keyValueHeads: 1, causal: true }),
  attention('unscaled', { ...square, scale: 1 }),
  attention('with a bias', { ...square, queries: 2 }, true),
  attention('with everything', { ...square, heads: 4, keyValueHeads: 2, causal: true, mask, scale: 0.8 }, true),
  {
    name: 'relative bias',
    shapes: { 'bias.weight': [4, 3] },
    compute: (c) => c.relativeBias('bias', { queries: 2, keys: 3, buckets: Int32Array.of(0, 1, 3, 3, 0, 1) }),
  },
  {
    name: 'rotation, one table for all',
    shapes: { x: [6, 8] },
    compute: (c) => c.rotate(c.parameter('x'), table(3, 2)),
  },
  {
    name: 'rotation, each row its own',
    shapes: { x: [4, 4] },
    compute: (c) => c.rotate(c.parameter('x'), table(4, 1)),
  },
  { name: 'rotation, a longer table', shapes: { x: [2, 4] }, compute: (c) => c.rotate(c.parameter('x'), table(5, 1)) },
  { name: 'sum', shapes: { x: [3, 4], y: [3, 4] }, compute: (c) => c.add(c.parameter('x'), c.parameter('y')) },
  { name: 'product', shapes: { x: [3, 4], y: [3, 4] }, compute: (c) => c.multiply(c.parameter('x'), c.parameter('y')) },
  {
    name: 'square',
    shapes: { 'x.weight': [3, 4] },
    compute(c) {
      const x = c.embedding('x', Int32Array.of(0, 2));
      return c.multiply(x, x);
    },
  },
  { name: 'multiple', shapes: { x: [3, 4] }, compute: (c) => c.scale(c.parameter('x'), -2.5) },
  {
    name: 'picked rows',
    shapes: { x: [4, 3] },
    compute: (c) => c.pickRows(c.parameter('x'), Int32Array.of(3, 0, 3, 3, 1)),
  },
  { name: 'picked columns', shapes: { x: [3, 7] }, compute: (c) => c.pickColumns(c.parameter('x'), 2, 3) },
  {
    name: 'mean of rows',
    shapes: { x: [9, 2] },
    compute: (c) => c.meanRows(c.parameter('x'), Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 1, 0), 3, 3),
  },
  {
    name: 'tokens of images',
    shapes: { x: [6, 2], first: [2], positions: [4, 2] },
    compute: (c) => c.embedTokens(c.parameter('x'), c.parameter('first'), c.parameter('positions'), 2),
  },
  { name: 'first rows', shapes: { x: [6, 2] }, compute: (c) => c.firstRows(c.parameter('x'), 2, 3) },
];

/** A third of the cube root of float64's resolution: where rounding and the third derivative meet. */
const STEP = 1e-5;
/** Float32 against float64, over sums of a few dozen terms. */
const TOLERANCE = { atol: 4e-6, rtol: 2e-5 };

const size = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

describe.each(testedBackends)('every operation on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  it.each(cases)('$name: value, gradient and tangent are those of float64', async ({ shapes, compute }) => {
    const { tf } = backend;
    const random = createKeyedRandom(5);
    const draw = (kind: string, name: string, count: number) => random.normal([kind, name], count);
    const names = Object.keys(shapes);
    const parameters = new Map(
      names.map((name) => [name, { shape: shapes[name]!, values: draw('value', name, size(shapes[name]!)) }]),
    );
    const reference = (map: ParameterMap64) => compute(calculus64({ parameters: map })).data;
    /** The reference with a parameter moved along a direction. */
    const moved = (name: string, direction: (i: number) => number, by: number) => {
      const { shape, values } = parameters.get(name)!;
      const there = Float64Array.from(values, (x, i) => x + by * direction(i));
      return reference(new Map<string, Parameter64>([...parameters, [name, { shape, values: there }]]));
    };
    const slopes = (name: string, direction: (i: number) => number): Float64Array => {
      const [above, below] = [moved(name, direction, STEP), moved(name, direction, -STEP)];
      return above.map((value, i) => (value - below[i]!) / (2 * STEP));
    };
    const value64 = reference(parameters);
    const seed = draw('seed', 'output', value64.length);

    const weights = new ModelWeights(tf, parameters);
    const directionOf = (name: string) => draw('direction', name, size(shapes[name]!));
    const [value, taped, ...rest] = await readTensors(tf, () => {
      const tape = createTape(tf, weights, { trainable: () => true });
      const output = compute(tape);
      const gradients = tape.backward(output, tf.tensor(seed, output.value.shape));
      const parts = names.flatMap((name) => {
        const along = tf.tensor(directionOf(name), weights.matrix(name).shape);
        const dual = compute(createDual(tf, weights, { directions: new Map([[name, along]]) }));
        return [gradients.get(name)!, dual.value, dual.tangent!];
      });
      return [compute(createEvaluator(tf, weights)), output.value, ...parts];
    });
    const expected = Float32Array.from(value64);
    expect(deviation(value!, expected, TOLERANCE)).toBeLessThanOrEqual(1);
    expect(deviation(taped!, expected, TOLERANCE)).toBeLessThanOrEqual(1);
    names.forEach((name, place) => {
      const [gradient, dualValue, tangent] = rest.slice(3 * place, 3 * place + 3);
      const slope = Float32Array.from({ length: size(shapes[name]!) }, (_, at) =>
        slopes(name, (i) => (i === at ? 1 : 0)).reduce((sum, part, i) => sum + part * seed[i]!, 0),
      );
      expect(deviation(gradient!, slope, TOLERANCE), `gradient of ${name}`).toBeLessThanOrEqual(1);
      const direction = directionOf(name);
      expect(deviation(dualValue!, expected, TOLERANCE)).toBeLessThanOrEqual(1);
      const along = Float32Array.from(slopes(name, (i) => direction[i]!));
      expect(deviation(tangent!, along, TOLERANCE), `along ${name}`).toBeLessThanOrEqual(1);
    });
    weights.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });
});
