import { createMatrix, innerProduct, relativeError, toDense, type LowRank } from '@crucible/engine/algebra';
import { randomUpdate, regauge } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { mergeTaskSingularVectors } from './merge-task-singular-vectors.js';

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];
const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };

describe.each(['TRUNCATED', 'FULL'] as const)('TSV-M, %s', (keep) => {
  const merge = (items: readonly LowRank[]): LowRank => mergeTaskSingularVectors(items, { keep });

  it('gives one update back', () => expect(relativeError(merge([three[1]!]), three[1]!)).toBeLessThan(1e-13));

  it('does not see how an update is split into factors', () => {
    const turned = three.map((item, i) => regauge(item, `g${i}`));
    expect(relativeError(merge(turned), merge(three))).toBeLessThan(1e-11);
  });

  it('does not look at the order', () =>
    expect(relativeError(merge(three.toReversed()), merge(three))).toBeLessThan(1e-12));

  it('is homogeneous: c·updates give c·result, for negative c too', () => {
    const scaled = three.map((item) => ({ ...item, scale: -3 * item.scale }));
    expect(relativeError(merge(scaled), { ...merge(three), scale: -3 })).toBeLessThan(1e-12);
  });

  it('takes updates of zero as absent', () =>
    expect(relativeError(merge([zero, ...three]), merge(three))).toBeLessThan(1e-12));

  it('gives the zero matrix of zero updates', () => expect(merge([zero, zero]).b.columns).toBe(0));

  it('gives the rank of all that is kept', () => expect(merge(three).a.rows).toBe(keep === 'FULL' ? 10 : 2 + 3 + 3));

  it('adds updates whose row and column spaces are orthogonal', () => {
    const parts = [0, 1].map((half): LowRank => {
      const b = createMatrix(24, 2);
      const a = createMatrix(2, 18);
      for (let k = 0; k < 2; k += 1) {
        b.data[(2 * half + k) * 2 + k] = 3 + half + k;
        a.data[k * 18 + 2 * half + k] = 1;
      }
      return { b, a, scale: 1 };
    });
    const [x, y] = parts.map((part) => toDense(part).data);
    toDense(merge(parts)).data.forEach((value, at) => {
      expect(Math.abs(value - x![at]! - y![at]!)).toBeLessThan(1e-13);
    });
  });
});

describe('TSV-M, FULL', () => {
  const full = (items: readonly LowRank[]): LowRank => mergeTaskSingularVectors(items, { keep: 'FULL' });

  it('leaves each task its energy: what tasks contribute is orthogonal', () => {
    const merged = full([three[0]!, three[2]!]);
    const energy = innerProduct(three[0]!, three[0]!) + innerProduct(three[2]!, three[2]!);
    expect(Math.abs(innerProduct(merged, merged) / energy - 1)).toBeLessThan(1e-12);
  });

  it('gives that update for n copies of one', () =>
    expect(relativeError(full([three[1]!, three[1]!, three[1]!]), three[1]!)).toBeLessThan(1e-12));
});
