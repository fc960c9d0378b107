import { createMatrix, norm, relativeError, type LowRank } from '@crucible/engine/algebra';
import { randomUpdate, regauge } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { interferenceOf, minimizeInterference } from './minimize-interference.js';

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];
const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };

describe.each([0, 0.01, 1])('WUDI with ridge %f', (ridge) => {
  const merge = (items: readonly LowRank[]): LowRank => minimizeInterference(items, { ridge });

  it('does not see how an update is split into factors', () => {
    const turned = three.map((item, i) => regauge(item, `g${i}`));
    expect(relativeError(merge(turned), merge(three))).toBeLessThan(1e-10);
  });

  it('does not look at the order', () =>
    expect(relativeError(merge(three.toReversed()), merge(three))).toBeLessThan(1e-10));

  it('is homogeneous: c·updates give c·result, for negative c too', () => {
    const scaled = three.map((item) => ({ ...item, scale: -1e-4 * item.scale }));
    expect(relativeError(merge(scaled), { ...merge(three), scale: -1e-4 })).toBeLessThan(1e-10);
  });

  it('takes updates of zero as absent, and zero alone as zero', () => {
    expect(relativeError(merge([zero, ...three]), merge(three))).toBeLessThan(1e-10);
    expect(merge([zero, zero]).b.columns).toBe(0);
  });

  it('gives for n copies of one what it gives for one', () =>
    expect(relativeError(merge([three[1]!, three[1]!, three[1]!]), merge([three[1]!]))).toBeLessThan(1e-10));

  it('is a minimum: no step aside lowers what is minimized', () => {
    const merged = merge(three);
    // T / q of three updates that span ten dimensions.
    const rho = (ridge * 3) / 10;
    const objective = (x: LowRank): number => interferenceOf(x, three) + rho * norm(x) ** 2;
    const least = objective(merged);
    for (const update of three) {
      for (const step of [1e-3, -1e-3]) {
        const aside: LowRank = {
          b: joined(merged.b, update.b, step * update.scale),
          a: stacked(merged.a, update.a),
          scale: 1,
        };
        expect(objective(aside)).toBeGreaterThan(least);
      }
    }
  });
});

it('without a ridge gives one update back, and the sum of updates whose rows are orthogonal', () => {
  expect(relativeError(minimizeInterference([three[1]!], { ridge: 0 }), three[1]!)).toBeLessThan(1e-12);
  const apart = [0, 1].map((half): LowRank => {
    const { b, a, scale } = randomUpdate(`half-${half}`, { rank: 3 });
    const masked = a.data.map((value, at) => (Math.floor((at % 18) / 9) === half ? value : 0));
    return { b, a: createMatrix(3, 18, masked), scale };
  });
  const sum: LowRank = {
    b: joined(apart[0]!.b, apart[1]!.b, 1),
    a: stacked(apart[0]!.a, apart[1]!.a),
    scale: 1,
  };
  expect(relativeError(minimizeInterference(apart, { ridge: 0 }), sum)).toBeLessThan(1e-12);
});

it('shrinks one update of a flat spectrum by 1 / (1 + ridge), and all the more with more ridge', () => {
  const b = createMatrix(24, 2);
  const a = createMatrix(2, 18);
  for (let k = 0; k < 2; k += 1) {
    b.data[k * 2 + k] = 3;
    a.data[k * 18 + k] = 1;
  }
  const flat: LowRank = { b, a, scale: 1 };
  expect(relativeError(minimizeInterference([flat], { ridge: 0.25 }), { ...flat, scale: 0.8 })).toBeLessThan(1e-13);
  const sizes = [0, 0.01, 0.1, 1, 10].map((ridge) => norm(minimizeInterference(three, { ridge })));
  expect(sizes).toEqual(sizes.toSorted((x, y) => y - x));
});

function joined(x: LowRank['b'], y: LowRank['b'], factor: number): LowRank['b'] {
  const out = createMatrix(x.rows, x.columns + y.columns);
  for (let i = 0; i < x.rows; i += 1) {
    for (let j = 0; j < x.columns; j += 1) out.data[i * out.columns + j] = x.data[i * x.columns + j]!;
    for (let j = 0; j < y.columns; j += 1) {
      out.data[i * out.columns + x.columns + j] = factor * y.data[i * y.columns + j]!;
    }
  }
  return out;
}

function stacked(x: LowRank['a'], y: LowRank['a']): LowRank['a'] {
  return createMatrix(x.rows + y.rows, x.columns, Float64Array.from([...x.data, ...y.data]));
}
