import { expect, it } from 'vitest';
import type { Look } from '../../charts/look';
import { curveOption } from './curve-option';

const look = { font: '', paper: '', text: '', muted: '', line: '', strong: 'blue', second: 'orange' } satisfies Look;
const at = (mean: number) => ({ mean, interval: { low: mean - 0.1, high: mean + 0.1 } });

it('validation and test are two curves, and the choice is a mark on validation, whatever test says', () => {
  const { series } = curveOption(
    {
      points: [
        { value: 0.2, validation: at(0.7), test: at(0.5) },
        { value: 0.4, validation: at(0.6), test: at(0.9) },
      ],
      chosen: 0,
      words: { validation: 'validation', test: 'test', chosen: 'chosen', value: 'value', mean: 'mean' },
      percent: String,
      number: String,
    },
    look,
  );
  const shown = (series as { data: { value: number[] }[] }[]).map(({ data }) => data.map(({ value }) => value));
  expect(shown).toEqual([
    [
      [0.2, 0.7],
      [0.4, 0.6],
    ],
    [
      [0.2, 0.5],
      [0.4, 0.9],
    ],
    [[0.2, 0.7]],
  ]);
});
