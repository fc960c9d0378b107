import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { deviation } from '../golden.testing.js';
import { composedOperations } from './composed-operations.js';
import { fusedOperations } from './fused-operations.js';
import type { FusedOperations } from './operations.js';

// Each kernel is compared with the same operation out of tfjs's own, written apart from it, and those with golden values elsewhere.
describe.each(['wasm', 'cpu'])('fused kernels on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
  });
  afterAll(() => backend.dispose());

  const shape = { batch: 3, queries: 5, keys: 5, heads: 2 };
  const classOnly = { ...shape, queries: 1 };
  const cases: readonly [string, (run: FusedOperations, x: (rows: number, width?: number) => Tensor) => Tensor[]][] = [
    [
      'layer norm',
      (run, x) => {
        const [rows, gamma, beta, dy] = [x(6, 10), x(10), x(10), x(6, 10)];
        const { dx, dGamma, dBeta } = run.layerNormGradient(rows, gamma, dy, 1e-5);
        return [run.layerNorm(rows, gamma, beta, 1e-5), dx, dGamma, dBeta];
      },
    ],
    ...(['quick_gelu', 'gelu'] as const).map((kind): (typeof cases)[number] => [
      kind,
      (run, x) => {
        const u = x(4, 33);
        const { y, gate } = run.activate(kind, u);
        return [y, run.activationGradient(kind, u, gate, x(4, 33))];
      },
    ]),
    ...[shape, classOnly].map((attention): (typeof cases)[number] => [
      `attention of ${attention.queries} queries`,
      (run, x) => {
        const rows = attention.batch * attention.queries;
        const [q, k, v, dOut] = [x(rows, 14), x(15, 14), x(15, 14), x(rows, 14)];
        const { out, probabilities } = run.attention(q, k, v, attention);
        const { dq, dk, dv } = run.attentionGradient(q, k, v, probabilities, dOut, attention);
        return [out, probabilities, dq, dk, dv];
      },
    ]),
    ['column sums', (run, x) => [run.columnSums(x(9, 7))]],
  ];

  it.each(cases)('equal the composition: %s', (_, compute) => {
    const { tf } = backend;
    const outputs = (run: FusedOperations) =>
      tf.tidy(() => {
        const random = createKeyedRandom(1);
        let drawn = 0;
        const x = (rows: number, width?: number): Tensor =>
          tf.tensor(random.normal([(drawn += 1)], rows * (width ?? 1)), width === undefined ? [rows] : [rows, width]);
        return compute(run, x).map((tensor) => ({ shape: tensor.shape, values: tensor.dataSync() as Float32Array }));
      });
    const [fused, composed] = [outputs(fusedOperations(tf)), outputs(composedOperations(tf))];
    expect(fused.map((output) => output.shape)).toEqual(composed.map((output) => output.shape));
    fused.forEach(({ values }, i) =>
      expect(deviation(values, composed[i]!.values, { atol: 2e-6, rtol: 1e-5 }), `output ${i}`).toBeLessThanOrEqual(1),
    );
    expect(tf.memory().numTensors).toBe(0);
  });
});
