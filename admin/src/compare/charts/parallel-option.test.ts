import { describe, expect, it } from 'vitest';
import type { ShownRow } from '../sort-rows';
import { commonScale, parallelLayout, parallelOption } from './parallel-option';

const shown = (name: string, values: readonly (number | undefined)[]): ShownRow => ({
  name,
  values,
  mean: undefined,
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
const tasks = ['one', 'two'];
const look = { font: '', paper: '', text: '', muted: '', line: '', strong: '', second: '' };

describe('parallel coordinates', () => {
  it.each([
    [[], [0, 1]],
    [[shown('a', [undefined, undefined])], [0, 1]],
    [[shown('a', [0.52, 0.98])], [0.5, 1]],
    [[shown('a', [-0.21, 0.03])], [-0.25, 0.05]],
    [[shown('a', [0.5, 0.5])], [0.45, 0.55]],
  ] as const)('have one scale with room for all: case %#', (rows, expected) => {
    const [low, high] = commonScale(rows, tasks, tasks);
    expect([low, high]).toEqual(expected.map((end) => expect.closeTo(end, 12)));
  });

  it('lie under each other where they have no room beside each other', () => {
    expect([parallelLayout(9, 340).stacked, parallelLayout(9, 1000).stacked, parallelLayout(22, 1000).stacked]).toEqual(
      [true, false, true],
    );
  });

  it('leave out a subject that lacks a figure', () => {
    const option = parallelOption(
      {
        rows: [shown('whole', [0.5, 0.6]), shown('partly', [0.5, undefined])],
        figures: tasks,
        tasks,
        nameOf: String,
        show: String,
        axis: String,
      },
      look,
      800,
    );
    expect(option.series).toMatchObject([{ data: [{ name: 'whole', value: [0.5, 0.6] }] }]);
  });
});
