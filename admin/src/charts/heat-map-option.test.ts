import { describe, expect, it } from 'vitest';
import { squareOf } from '../compare/charts/square-of';
import { heatMapOption, placeOf } from './heat-map-option';
import type { Look } from './look';

const look: Look = {
  font: 'serif',
  paper: '#fff',
  text: '#000',
  muted: '#333',
  line: '#ddd',
  strong: '#00f',
  second: '#f60',
};

describe('a place on an axis', () => {
  it.each([
    [[-1, 0, 1, 2], 0, 1],
    [[-1, 0, 1, 2], 2, 3],
    [[-0.5, 0.5, 1.5], 0, 0.5],
    [[-0.5, 0.5, 1.5], 1, 1.5],
    [[0, 1], 0, 0],
    [[0, 0.1 + 0.2], 0.3, 1],
  ])('of %j is, for %d, %d', (axis, value, place) => {
    expect(placeOf(axis, value)).toBeCloseTo(place, 12);
  });

  it.each([
    [[0, 1], 2],
    [[0, 1], -1],
  ])('of %j is not for %d', (axis, value) => {
    expect(placeOf(axis, value)).toBeUndefined();
  });
});

it('a square has every pair twice, and what is given on its diagonal', () => {
  const pairs = [
    { left: 0, right: 1, value: 0.2 },
    { left: 1, right: 2, value: undefined },
  ];
  expect(squareOf(3, pairs, ({ value }) => value, 1)).toEqual([
    [1, 0.2, null],
    [0.2, 1, null],
    [null, null, 1],
  ]);
});

describe('a heat map', () => {
  const input = {
    columns: ['a', 'b'],
    rows: ['c', 'd'],
    columnsTitle: 'x',
    rowsTitle: 'y',
    values: [
      [1, null],
      [3, 4],
    ],
    show: String,
    scale: [0, 4] as const,
  };

  it('has a cell for each figure, by column and row, and none for what is missing', () => {
    const { series } = heatMapOption(input, look, 800);
    expect((series as { data: unknown }[])[0]!.data).toEqual([
      [0, 0, 1],
      [0, 1, 3],
      [1, 1, 4],
    ]);
  });

  it('writes figures where there is room, and draws its box from corner to corner', () => {
    const drawn = (width: number) =>
      (
        heatMapOption({ ...input, box: [[0, 0], [1, 1], 'box'] }, look, width).series as {
          label: { show: boolean };
          markArea: { data: unknown };
        }[]
      )[0]!;
    expect(drawn(800).label.show).toBe(true);
    expect(drawn(200).label.show).toBe(false);
    expect(drawn(800).markArea.data).toEqual([[{ name: 'box', coord: [0, 0] }, { coord: [1, 1] }]]);
  });
});
