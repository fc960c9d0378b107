import { describe, expect, it } from 'vitest';
import type { ShownRow } from './sort-rows';
import { chooseAxes, figureOf } from './figures';
import { readRanges, roundRange, rowsWithin, writeRanges, type Ranges } from './ranges';

const TASK = '01a20ad6-ff83-7127-950c-0954539a9390';
const OTHER = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const shown = (name: string, values: readonly (number | undefined)[], mean?: number): ShownRow => ({
  name,
  values,
  mean,
  worst: undefined,
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
const rows = [shown('a', [0.2, 0.9], 0.55), shown('b', [0.6, 0.5], 0.55), shown('c', [undefined, 0.7])];
const within = (ranges: Ranges): string =>
  rowsWithin(rows, ranges, [TASK, OTHER])
    .map(({ name }) => name)
    .join('');

describe('ranges', () => {
  it.each<[Ranges, string]>([
    [{}, 'abc'],
    [{ [TASK]: [0, 1] }, 'ab'],
    [{ [TASK]: [0.2, 0.6] }, 'ab'],
    [{ [TASK]: [0.3, 1] }, 'b'],
    [{ [TASK]: [0, 0.3], [OTHER]: [0.8, 1] }, 'a'],
    [{ mean: [0.5, 0.6] }, 'ab'],
    [{ worst: [0, 1] }, ''],
    [{ 'a task that is not compared': [0.9, 1] }, 'abc'],
  ])('%j lets through %s', (ranges, expected) => {
    expect(within(ranges)).toBe(expected);
  });

  it.each<Ranges>([{}, { mean: [-0.1234, 1.5] }, { worst: [0, 1], [TASK]: [0.57, 0.5701] }])(
    'come back from an address: %j',
    (ranges) => {
      const text = writeRanges(ranges);
      expect(readRanges(text)).toEqual(ranges);
      expect(new URLSearchParams({ text }).toString()).toBe(`text=${text}`);
    },
  );

  it.each([null, '', 'mean', 'mean*1', 'mean*2*1', 'none*1*2', 'mean*x*2', 'mean*1*2*3'])(
    'are none in "%s"',
    (text) => {
      expect(readRanges(text)).toEqual({});
    },
  );

  it('are widened to a step, and not where they are at one', () => {
    expect(roundRange(0.12345, 0.12345)).toEqual([0.1234, 0.1235]);
    expect(roundRange(0.57, 0.57)).toEqual([0.57, 0.57]);
    expect(roundRange(-0.12345, 0)).toEqual([-0.1235, 0]);
  });
});

describe('figures', () => {
  it('are those of the view', () => {
    expect([
      figureOf(rows[0]!, 'mean', []),
      figureOf(rows[0]!, OTHER, [TASK, OTHER]),
      figureOf(rows[0]!, 'none', [TASK]),
    ]).toEqual([0.55, 0.9, undefined]);
  });

  it.each([
    [['a', 'b', 'c'], '', '', ['a', 'b']],
    [['a', 'b', 'c'], 'c', '', ['c', 'a']],
    [['a', 'b', 'c'], '', 'a', ['b', 'a']],
    [['a', 'b'], 'b', 'b', ['b', 'b']],
    [['a'], '', '', undefined],
  ])('of %j for the axes, with "%s" and "%s" wanted, are %j', (tasks, x, y, expected) => {
    expect(chooseAxes(tasks, x, y)).toEqual(expected);
  });
});
