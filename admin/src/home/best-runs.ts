import type { HomeQuery } from '../graphql/generated/graphql';

export type ScoredRun = HomeQuery['scored']['nodes'][number];

export interface BestRun {
  readonly run: ScoredRun;
  readonly tasks: number;
  /** How many runs it is the best of. */
  readonly among: number;
}

/** The run of the best mean in each group of runs that were scored on the same tasks and split: means over other tasks are other figures. Most tasks come first. */
export function bestRuns(runs: readonly ScoredRun[]): readonly BestRun[] {
  const groups = Map.groupBy(
    runs.filter(({ meanScore }) => meanScore !== null),
    ({ evaluateOn, evaluationSplit }) => [evaluationSplit, ...evaluateOn.map(({ id }) => id).toSorted()].join(),
  );
  return [...groups.values()]
    .map((group) => {
      const run = group.reduce((best, other) => (other.meanScore! > best.meanScore! ? other : best));
      return { run, tasks: run.evaluateOn.length, among: group.length };
    })
    .toSorted((a, b) => b.tasks - a.tasks || b.among - a.among);
}
