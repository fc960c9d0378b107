import { describe, expect, it } from 'vitest';
import type { Row } from './comparison-query';
import { cellValue, showRows, sortRows } from './sort-rows';

type Cell = Row['cells'][number];

function cell(value: number | undefined, reference?: number): Cell {
  return {
    score:
      value === undefined
        ? null
        : {
            value,
            n: 100,
            selectedOn: null,
            normalizedByBest: null,
            interval: { low: value - 0.1, high: value + 0.1, confidence: 0.95 },
          },
    reference: reference === undefined ? null : { value: reference },
    difference: null,
  };
}

function row(name: string, cells: readonly Cell[]): Row {
  const values = cells.flatMap((one) => one.score?.value ?? []);
  const whole = values.length === cells.length;
  return {
    subject: { __typename: 'Adapter', id: name, name },
    cells,
    mean: whole ? values.reduce((sum, value) => sum + value, 0) / values.length : null,
    worst: whole ? Math.min(...values) : null,
    worstTask: whole ? values.indexOf(Math.min(...values)) : null,
    dominated: false,
    chosenHere: false,
    settings: [],
    meanDifference: null,
  };
}

const nameOf = ({ subject }: Row): string => (subject.__typename === 'Adapter' ? subject.name : '');
const rows = [
  row('b', [cell(0.5, 1), cell(0.9, 1)]),
  row('a', [cell(0.6, 0.5), cell(0.7, 1)]),
  row('c', [cell(undefined, 1), cell(0.95, 1)]),
];
const names = (sort: string, view: 'score' | 'difference' | 'share' = 'score'): string =>
  sortRows(showRows(rows, view, nameOf), sort, ['one', 'two'])
    .map(({ name }) => name)
    .join('');

describe('rows of a comparison', () => {
  it.each([
    ['-mean', 'bac'],
    ['mean', 'abc'],
    ['-worst', 'abc'],
    ['worst', 'bac'],
    ['name', 'abc'],
    ['-name', 'cba'],
    ['-two', 'cba'],
    ['-one', 'abc'],
    ['one', 'bac'],
    ['-none', 'bac'],
  ])('sorted by %s are %s: what is missing comes last', (sort, expected) => {
    expect(names(sort)).toBe(expected);
  });

  it('are sorted by what the view shows', () => {
    expect(names('-mean', 'share')).toBe('abc');
    expect(showRows(rows, 'difference', nameOf).map(({ mean }) => mean)).toEqual([
      expect.closeTo(-0.3, 12),
      expect.closeTo(-0.1, 12),
      undefined,
    ]);
  });

  it.each([
    ['score', 0.6],
    ['difference', 0.1],
    ['share', 1.2],
  ] as const)('show as %s what the score is against its reference', (view, expected) => {
    expect(cellValue(cell(0.6, 0.5), view)).toBeCloseTo(expected, 12);
  });

  it('never show a figure without its reference', () => {
    expect([
      cellValue(cell(0.6), 'difference'),
      cellValue(cell(0.6), 'share'),
      cellValue(cell(0.6, 0), 'share'),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('are in order, a thousand of them too', () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      row(
        `run ${i}`,
        Array.from({ length: 20 }, (_, j) => cell(((i * 7919 + j * 104729) % 1000) / 1000, 1)),
      ),
    );
    const shown = sortRows(showRows(many, 'share', nameOf), '-worst', []);
    expect(shown.map(({ worst }) => worst)).toEqual(shown.map(({ worst }) => worst).toSorted((a, b) => b! - a!));
  });
});
