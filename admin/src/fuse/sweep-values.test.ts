import { describe, expect, it } from 'vitest';
import { readSweep, valuesBetween } from './sweep-values';
import { ties } from './testing-options';

describe('values to try', () => {
  it('are read by option, each once, and count the points of the grid', () => {
    expect(readSweep({ density: '0.1, 0.2 0.2', preset: 'PEFT PAPER', schedules: '7' }, ties)).toEqual({
      axes: { preset: ['PEFT', 'PAPER'], density: [0.1, 0.2] },
      size: 4,
      wrong: new Map(),
    });
  });

  it('are none where none are given: that is no sweep', () => {
    expect(readSweep({ density: ' ' }, ties)).toMatchObject({ axes: {}, size: 0 });
  });

  it('say what cannot be read, where it stands', () => {
    const { wrong } = readSweep({ density: '0.1 7', preset: 'NONE' }, ties);
    expect([...wrong.keys()]).toEqual(['sweep.preset', 'sweep.density']);
  });
});

describe('a range', () => {
  it.each([
    ['is at even distances, as they are written', valuesBetween(0.1, 0.5, 5), [0.1, 0.2, 0.3, 0.4, 0.5]],
    ['may fall', valuesBetween(1, 0, 3), [1, 0.5, 0]],
    ['is at even ratios where asked', valuesBetween(0.001, 10, 5, { ratios: true }), [0.001, 0.01, 0.1, 1, 10]],
    ['has no ratios through zero', valuesBetween(0, 4, 3, { ratios: true }), [0, 2, 4]],
    ['is whole where the option is, each once', valuesBetween(1, 3, 5, { whole: true }), [1, 2, 3]],
    ['has two values at least', valuesBetween(1, 2, 0), [1, 2]],
    ['has an end', valuesBetween(0, 1, 1e9).length, 200],
  ])('%s', (_law, got, expected) => {
    expect(got).toEqual(expected);
  });
});
