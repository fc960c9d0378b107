import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import type { LowRankUpdate } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';
import { createRegularizer, inner } from './regularizers.js';
import { smallAdapterTraining } from './small-training.testing.js';
import type { StartingModule } from './starting-modules.js';
import { trainAdapter } from './train-adapter.js';
import type { TrainedValues } from './trainee.js';

const [OUT, IN] = [5, 7];
const random = createKeyedRandom(2);

const draw = (name: string, rank: number, scale: number): LowRankUpdate => ({
  a: random.normal([name, 'a'], rank * IN),
  b: random.normal([name, 'b'], OUT * rank),
  rank,
  scale,
});

/** scale · B A in float64, `[out, in]`. */
function dense({ a, b, rank, scale }: LowRankUpdate): Float64Array {
  const out = new Float64Array(OUT * IN);
  for (let i = 0; i < OUT; i += 1) {
    for (let j = 0; j < IN; j += 1) {
      for (let k = 0; k < rank; k += 1) out[i * IN + j]! += scale * b[i * rank + k]! * a[k * IN + j]!;
    }
  }
  return out;
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);

it('inner products of updates are those of the dense matrices', () => {
  const [x, y] = [draw('x', 2, 1.5), draw('y', 3, 0.5)];
  expect(inner(x, y)).toBeCloseTo(dot(dense(x), dense(y)), 10);
  expect(inner(x, x)).toBeCloseTo(dot(dense(x), dense(x)), 10);
});

// The penalty is restated on dense matrices in float64 and differentiated by central differences; it is a quartic, so h² remains.
it('penalties have the gradient of their value', () => {
  const [norm, weight] = [0.3, 0.7];
  const others = [draw('one', 3, 0.5), draw('two', 1, 2)];
  const own = draw('own', 2, 1.5);
  const module: StartingModule = { ...own, a0: own.a, linearized: false };
  const moments = { first: new Float32Array(0), second: new Float32Array(0) };
  const trained = new Map<string, TrainedValues>([
    ['A/m', { values: own.a, moments, decays: true }],
    ['B/m', { values: own.b, moments, decays: true }],
  ]);
  const to = others.map((other) => new Map([['m', other]]));
  const regularize = createRegularizer({ norm, orthogonality: { weight, to } }, new Map([['m', module]]), trained);
  const gradients = regularize(new Map([['B/m', new Float32Array(own.b.length).fill(1)]]));
  const penalty = (): number => {
    const update = dense(own);
    const along = others.map(dense).reduce((sum, other) => sum + dot(update, other) ** 2 / dot(other, other), 0);
    return (norm / 2) * own.b.reduce((sum, x) => sum + x * x, 0) + (weight / 2) * along;
  };
  const h = 2 ** -8;
  for (const [name, { values }] of trained) {
    values.forEach((value, i) => {
      values[i] = value + h;
      const [up, upAt] = [penalty(), values[i]!];
      values[i] = value - h;
      const [down, downAt] = [penalty(), values[i]!];
      values[i] = value;
      const slope = (up - down) / (upAt - downAt) + (name === 'B/m' ? 1 : 0);
      expect(Math.abs(gradients.get(name)![i]! - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
    });
  }
});

describe('a training under penalties', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  it('turns away from other adapters of its frame, the more the greater the weight', async () => {
    const options = {
      ...smallAdapterTraining(backend.tf, 'L_LORA'),
      steps: 40,
      weightDecay: 0,
      evaluateEvery: undefined,
    };
    const other = await trainAdapter({ ...options, seed: 99 });
    const cosineAt = async (weight: number): Promise<number> => {
      const regularizers = { orthogonality: { weight, to: [other.updates] } };
      const { updates } = await trainAdapter({ ...options, regularizers });
      let [xy, xx, yy] = [0, 0, 0];
      for (const [name, update] of updates) {
        const against = other.updates.get(name)!;
        xy += inner(update, against);
        xx += inner(update, update);
        yy += inner(against, against);
      }
      return Math.abs(xy) / Math.sqrt(xx * yy);
    };
    const [free, light, heavy] = [await cosineAt(0), await cosineAt(0.3), await cosineAt(100)];
    expect(free).toBeGreaterThan(0.5);
    expect(light).toBeLessThan(free);
    expect(heavy).toBeLessThan(0.1);
  });

  it('moves less far under a norm', async () => {
    const options = { ...smallAdapterTraining(backend.tf, 'L_LORA'), weightDecay: 0, evaluateEvery: undefined };
    const lengthAt = async (norm: number): Promise<number> => {
      const { updates } = await trainAdapter({ ...options, regularizers: { norm } });
      return [...updates.values()].reduce((sum, update) => sum + inner(update, update), 0);
    };
    expect(await lengthAt(1)).toBeLessThan(0.5 * (await lengthAt(0)));
  });
});
