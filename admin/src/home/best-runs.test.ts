import { describe, expect, it } from 'vitest';
import { bestRuns, type ScoredRun } from './best-runs';

const run = (
  id: string,
  meanScore: number | null,
  tasks: readonly string[],
  given: Partial<ScoredRun> & { readonly base?: string } = {},
): ScoredRun => ({
  id,
  name: id,
  seed: 0,
  meanScore,
  worstScore: meanScore,
  evaluationSplit: 'TEST',
  evaluateOn: tasks.map((task) => ({ id: task })),
  strategy: { title: 'TIES' },
  sweep: null,
  output: { base: { id: given.base ?? 'vit', name: given.base ?? 'ViT' } },
  ...given,
});
const best = (...runs: readonly ScoredRun[]): string =>
  bestRuns(runs)
    .map(
      ({ base, best: found }) => `${base.id}: ${found.map((each) => `${each.run.id} of ${each.among.length}`).join()}`,
    )
    .join('; ');

describe('the best fused models', () => {
  it.each([
    [
      'are the best of their tasks, most tasks first',
      best(run('a', 0.9, ['x']), run('b', 0.5, ['x', 'y']), run('c', 0.6, ['y', 'x'])),
      'vit: c of 2,a of 1',
    ],
    [
      'are kept apart by split',
      best(run('a', 0.9, ['x'], { evaluationSplit: 'VALIDATION' }), run('b', 0.5, ['x'])),
      'vit: a of 1,b of 1',
    ],
    [
      'are kept apart by base',
      best(run('a', 0.9, ['x']), run('b', 0.5, ['x'], { base: 'bert' }), run('c', 0.7, ['x'], { base: 'bert' })),
      'vit: a of 1; bert: c of 2',
    ],
    ['are none without scores', best(run('a', null, ['x'])), ''],
    ['are none without one output', best(run('a', 1, ['x'], { output: null })), ''],
  ])('%s', (_law, got, expected) => {
    expect(got).toBe(expected);
  });
});
