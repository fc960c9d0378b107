import { describe, expect, it } from 'vitest';
import type { ShownRow } from '../sort-rows';
import { frontOf, scatterOf } from './scatter-points';

const shown = (name: string, values: readonly (number | undefined)[], mean?: number, worst?: number): ShownRow => ({
  name,
  values,
  mean,
  worst,
  label: '',
  row: {
    subject: { __typename: 'Adapter', id: name, name },
    cells: [],
    mean: null,
    worst: null,
    worstTask: null,
    dominated: false,
    chosenHere: false,
    settings: [],
    meanDifference: null,
  },
});

const rows = [
  shown('lopsided', [0.9, 0.5], 0.7, 0.5),
  shown('even', [0.65, 0.65], 0.65, 0.65),
  shown('worse', [0.6, 0.5], 0.55, 0.5),
  shown('partly scored', [0.95, undefined]),
];
const names = (x: string, y: string): readonly string[] =>
  frontOf(scatterOf(rows, x, y, ['one', 'two'])).map((point) => point.shown.name);

describe('a scatter of subjects', () => {
  it.each([
    ['mean', 'worst', ['lopsided', 'even']],
    ['one', 'two', ['lopsided', 'even']],
    ['two', 'mean', ['even', 'lopsided']],
    ['one', 'one', ['partly scored']],
  ])('has the front of what it shows: %s against %s', (x, y, expected) => {
    expect(names(x, y)).toEqual(expected);
  });

  it('leaves out, and counts, what lacks a figure', () => {
    const { points, missing } = scatterOf(rows, 'mean', 'worst', []);
    expect([points.length, missing]).toEqual([3, 1]);
  });
});
