import type { HomeQuery } from '../graphql/generated/graphql';

export type ScoredRun = HomeQuery['scored']['nodes'][number];

export interface BestRun {
  readonly run: ScoredRun;
  readonly tasks: number;
  /** All runs that it is the best of, the best first. */
  readonly among: readonly ScoredRun[];
}

export interface BestOfBase {
  readonly base: { readonly id: string; readonly name: string };
  readonly best: readonly BestRun[];
}

/**
 * Of each base the run of the best mean in each group of runs that were scored on the same tasks and split: means over other tasks are other figures. Most tasks
 * come first. Runs that gave no one output, such as those with one for each adapter, have no base to stand under and are left out.
 */
export function bestRuns(runs: readonly ScoredRun[]): readonly BestOfBase[] {
  const scored = runs.filter(({ meanScore, output }) => meanScore !== null && output !== null);
  return [...Map.groupBy(scored, ({ output }) => output!.base.id).values()].map((ofBase) => ({
    base: ofBase[0]!.output!.base,
    best: bestOf(ofBase),
  }));
}

function bestOf(runs: readonly ScoredRun[]): readonly BestRun[] {
  const groups = Map.groupBy(runs, ({ evaluateOn, evaluationSplit }) =>
    [evaluationSplit, ...evaluateOn.map(({ id }) => id).toSorted()].join(),
  );
  return [...groups.values()]
    .map((group) => {
      const among = group.toSorted((a, b) => b.meanScore! - a.meanScore!);
      return { run: among[0]!, tasks: among[0]!.evaluateOn.length, among };
    })
    .toSorted((a, b) => b.tasks - a.tasks || b.among.length - a.among.length);
}
