import { describe, expect, it } from 'vitest';
import { bestRuns, type ScoredRun } from './best-runs';

const run = (
  id: string,
  meanScore: number | null,
  tasks: readonly string[],
  evaluationSplit: 'TEST' | 'VALIDATION' = 'TEST',
): ScoredRun => ({
  id,
  name: id,
  seed: 0,
  meanScore,
  worstScore: meanScore,
  evaluationSplit,
  evaluateOn: tasks.map((task) => ({ id: task })),
  strategy: { title: 'TIES' },
});
const best = (...runs: readonly ScoredRun[]): readonly string[] => bestRuns(runs).map(({ run }) => run.id);

describe('the best fused models', () => {
  it.each([
    [
      'are the best of their tasks, most tasks first',
      best(run('a', 0.9, ['x']), run('b', 0.5, ['x', 'y']), run('c', 0.6, ['y', 'x'])),
      ['c', 'a'],
    ],
    ['are kept apart by split', best(run('a', 0.9, ['x'], 'VALIDATION'), run('b', 0.5, ['x'])), ['a', 'b']],
    ['are none without scores', best(run('a', null, ['x'])), []],
  ])('%s', (_law, got, expected) => {
    expect(got).toEqual(expected);
  });
});
