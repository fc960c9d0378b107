import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { readTensors } from '../../backend/read-tensors.testing.js';
import { testedBackends } from '../../backend/tested-backends.testing.js';
import { createKeyedRandom } from '../../random/index.js';
import { deviation } from '../golden.testing.js';
import { composedOperations } from './composed-operations.js';
import { fusedOperations } from './fused-operations.js';
import type { AttentionShape } from './attention.js';
import type { FusedOperations } from './operations.js';

// Each kernel is compared with the same operation out of tfjs's own, written apart from it, and those with golden values elsewhere.
describe.each(testedBackends)('fused kernels on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  const shape = { batch: 3, queries: 5, keys: 5, heads: 2 };
  const mask = Uint8Array.from({ length: 15 }, (_, i) => (i < 5 || i % 3 === 0 ? 0 : 1));
  const attentions: readonly [string, AttentionShape, boolean][] = [
    ['of 5 queries', shape, false],
    ['of 1 query', { ...shape, queries: 1 }, false],
    ['that is causal, of 3 queries', { ...shape, queries: 3, causal: true }, false],
    ['with padding, one example nothing else', { ...shape, mask }, false],
    ['in groups', { ...shape, heads: 4, keyValueHeads: 2 }, false],
    ['that is large', { batch: 1, queries: 64, keys: 64, heads: 2, causal: true }, false],
    ['with a bias, unscaled', { ...shape, scale: 1 }, true],
    ['with everything', { ...shape, heads: 6, keyValueHeads: 2, causal: true, mask, scale: 0.3 }, true],
  ];
  const rotary = (positions: number) => {
    const angles = Float32Array.from({ length: positions * 3 }, (_, i) => i);
    return { heads: 2, cosines: angles.map(Math.cos), sines: angles.map(Math.sin) };
  };
  const cases: readonly [string, (run: FusedOperations, x: (rows: number, width?: number) => Tensor) => Tensor[]][] = [
    [
      'layer norm',
      (run, x) => {
        const [rows, gamma, beta, dy] = [x(6, 10), x(10), x(10), x(6, 10)];
        const { dx, dGamma, dBeta } = run.layerNormGradient(rows, gamma, dy, 1e-5);
        return [run.layerNorm(rows, gamma, beta, 1e-5), dx, dGamma, dBeta];
      },
    ],
    ...(['quick_gelu', 'gelu', 'gelu_new', 'silu', 'relu', 'tanh'] as const).map((kind): (typeof cases)[number] => [
      kind,
      (run, x) => {
        const u = x(4, 33);
        const { y, gate } = run.activate(kind, u);
        return [y, run.activationGradient(kind, u, gate, x(4, 33))];
      },
    ]),
    [
      'RMS norm',
      (run, x) => {
        const [rows, gamma, dy] = [x(6, 10), x(10), x(6, 10)];
        const { dx, dGamma } = run.rmsNormGradient(rows, gamma, dy, 1e-5);
        return [run.rmsNorm(rows, gamma, 1e-5), dx, dGamma];
      },
    ],
    ...attentions.map(([name, attention, hasBias]): (typeof cases)[number] => [
      `attention ${name}`,
      (run, x) => {
        const { batch, queries, keys, heads, keyValueHeads = heads } = attention;
        const [rows, size] = [batch * queries, 7];
        const [q, dOut] = [x(rows, heads * size), x(rows, heads * size)];
        const [k, v] = [x(batch * keys, keyValueHeads * size), x(batch * keys, keyValueHeads * size)];
        const bias = hasBias ? x(heads * queries, keys) : undefined;
        const { out, probabilities } = run.attention(q, k, v, attention, bias);
        const { dq, dk, dv, dBias } = run.attentionGradient(q, k, v, probabilities, dOut, attention, hasBias);
        return [out, probabilities, dq, dk, dv, ...(dBias === undefined ? [] : [dBias])];
      },
    ]),
    ['rotation', (run, x) => [run.rotate(x(8, 12), rotary(4)), run.rotate(x(3, 12), rotary(5))]],
    ['picked rows', (run, x) => [run.pickRows(x(5, 3), Int32Array.of(4, 0, 4))]],
    ['spread rows', (run, x) => [run.spreadRows(x(4, 3), Int32Array.of(4, 0, 4, 1), 6)]],
    ['column sums', (run, x) => [run.columnSums(x(9, 7))]],
  ];

  it.each(cases)('equal the composition: %s', async (_, compute) => {
    const { tf } = backend;
    const outputs = async (run: FusedOperations) => {
      let shapes: readonly (readonly number[])[] = [];
      const values = await readTensors(tf, () => {
        const random = createKeyedRandom(1);
        let drawn = 0;
        const x = (rows: number, width?: number): Tensor =>
          tf.tensor(random.normal([(drawn += 1)], rows * (width ?? 1)), width === undefined ? [rows] : [rows, width]);
        const made = compute(run, x);
        shapes = made.map(({ shape }) => shape);
        return made;
      });
      return values.map((given, i) => ({ shape: shapes[i]!, values: given }));
    };
    const [fused, composed] = [await outputs(fusedOperations(tf)), await outputs(composedOperations(tf))];
    expect(fused.map((output) => output.shape)).toEqual(composed.map((output) => output.shape));
    fused.forEach(({ values }, i) =>
      expect(deviation(values, composed[i]!.values, { atol: 2e-6, rtol: 1e-5 }), `output ${i}`).toBeLessThanOrEqual(1),
    );
    expect(tf.memory().numTensors).toBe(0);
  });
});
