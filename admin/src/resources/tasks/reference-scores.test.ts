import { describe, expect, it } from 'vitest';
import { referenceScores } from './reference-scores';

const base = (value: number) => ({ value, adapter: null, run: null });
const specialist = (value: number) => ({ value, adapter: {}, run: null });
const fused = (value: number) => ({ value, adapter: {}, run: {} });
const kinds = (...scores: Parameters<typeof referenceScores>[0]): readonly string[] =>
  referenceScores(scores).map(({ kind, score }) => `${kind} ${score.value}`);

describe('the scores that a task is measured by', () => {
  it.each([
    [
      'are the best first, of whatever kind',
      kinds(base(0.2), fused(0.8), specialist(0.9)),
      ['specialist 0.9', 'fused 0.8', 'base 0.2'],
    ],
    [
      'are the best of each kind',
      kinds(base(0.1), ...[6, 5, 4, 3, 2, 1].map((tenths) => fused(tenths / 10))),
      ['fused 0.6', 'fused 0.5', 'fused 0.4', 'fused 0.3', 'fused 0.2', 'base 0.1'],
    ],
    ['are none of a new task', kinds(), []],
  ])('%s', (_law, got, expected) => {
    expect(got).toEqual(expected);
  });
});
