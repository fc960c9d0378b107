import { excessOver, readGoldenCase, readGoldenTensors } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { keepProbabilities, LONGEST_ROW } from './keep-probabilities.js';

const folder = new URL('../golden/', import.meta.url);
const row = (...values: readonly number[]): Float32Array => Float32Array.from(values);

it('equal mergekit’s on golden/mergekit-della-probabilities', async () => {
  const golden = await readGoldenCase(folder, 'mergekit-della-probabilities');
  const { density, epsilon } = golden.parameters as { density: number; epsilon: number };
  const tensors = await readGoldenTensors(folder, golden.name, golden.inputs['taskVectors']!, 'task0/');
  const got = new Map(
    [...tensors].map(([name, matrix]) => [
      name,
      keepProbabilities(matrix.data, matrix, { density, epsilon, window: 'HALF' }),
    ]),
  );
  expect(excessOver(golden, got, await readGoldenTensors(folder, golden.name, golden.expected!))).toBeLessThanOrEqual(
    0,
  );
});

describe('by hand', () => {
  it('FULL is the paper’s: the largest stays with density + ε/2, each next one with ε/n less', () => {
    const got = keepProbabilities(
      row(3, -1, 4, 2),
      { rows: 1, columns: 4 },
      { density: 0.5, epsilon: 0.4, window: 'FULL' },
    );
    expect([...got]).toEqual([...row(0.6, 0.4, 0.7, 0.5)]);
  });

  it('ranks each row by itself, the first of equals first', () => {
    const got = keepProbabilities(
      row(1, 1, 1, 9, 8, 7),
      { rows: 2, columns: 3 },
      { density: 0.5, epsilon: 0.25, window: 'HALF' },
    );
    expect([...got]).toEqual([0.25, 0.5, 0.75, 0.75, 0.5, 0.25]);
  });

  it('ε = 0 is DARE', () => {
    const got = keepProbabilities(row(3, -1, 4), { rows: 1, columns: 3 }, { density: 0.3, epsilon: 0, window: 'FULL' });
    expect([...got]).toEqual([...row(0.3, 0.3, 0.3)]);
  });

  it('takes a column of one entry each', () => {
    const got = keepProbabilities(row(3, -1), { rows: 2, columns: 1 }, { density: 0.5, epsilon: 0.2, window: 'HALF' });
    expect([...got]).toEqual([...row(0.3, 0.3)]);
  });

  it.each([
    [0.1, 0.15],
    [0.9, 0.15],
  ])('refuses density %d with a half window of %d, and says how narrow it must be', (density, epsilon) => {
    const window = { density, epsilon, window: 'HALF' } as const;
    expect(() => keepProbabilities(row(1, 2), { rows: 1, columns: 2 }, window)).toThrow(
      /give an epsilon below 0\.(1|09)/,
    );
  });
});

it('refuses a row that is longer than it can rank', () => {
  const columns = LONGEST_ROW + 1;
  const window = { density: 0.5, epsilon: 0.2, window: 'HALF' } as const;
  expect(() => keepProbabilities(new Float32Array(columns), { rows: 1, columns }, window)).toThrow(
    /4194305 entries, and DELLA ranks 4194304 at most/,
  );
});
