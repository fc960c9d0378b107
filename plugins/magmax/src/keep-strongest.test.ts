import { createKeyedRandom } from '@crucible/engine/random';
import { mergeDisjointInto, KEEP_ALL } from '@crucible/engine/kernels';
import { describe, expect, it } from 'vitest';
import { keepStrongest } from './keep-strongest.js';

const row = (...values: readonly number[]): Float32Array => Float32Array.from(values);

describe('by hand', () => {
  it.each<[string, readonly Float32Array[], readonly number[], number, readonly number[]]>([
    ['the greatest magnitude, with its sign', [row(1, -4, 0), row(-2, 3, 0)], [1, 1], 1, [-2, -4, 0]],
    ['after weighting', [row(1, -4), row(-2, 3)], [3, 1], 1, [3, -12]],
    ['a negative weight turns an entry over', [row(1, -4), row(-2, 3)], [1, -1], 1, [2, -4]],
    ['of equals the first', [row(2), row(-2)], [1, 1], 1, [2]],
    ['times λ', [row(1), row(-2)], [1, 1], 0.5, [-1]],
  ])('%s', (_, values, weights, lambda, expected) => {
    expect([...keepStrongest(values, weights, lambda)]).toEqual(expected);
  });
});

it('is TIES’s MAX where all entries of a place have one sign: two independent implementations, bit for bit', () => {
  const values = [1, 2, 3].map((seed) => createKeyedRandom(seed).normal(['x'], 1000).map(Math.abs));
  const output = new Float32Array(1000);
  const weights = [0.7, 1.2, 0.4];
  mergeDisjointInto(
    values,
    weights.map((weight) => ({ weight, cut: KEEP_ALL })),
    { vote: 'MASS', weightedVote: true, zeroSign: 1, merge: 'MAX', divisor: 'COUNT', lambda: 0.9 },
    output,
  );
  expect([...keepStrongest(values, weights, 0.9)]).toEqual([...output]);
});
