import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { checkOptions, type ParsedOptions, type Strategy } from '@crucible/sdk';
import { strategiesOf } from '@crucible/sdk/host';
import { wakeWorkers } from '../changes/index.js';
import { RunState, SplitName, Sweep } from '../entities/index.js';
import { announce } from '../jobs/index.js';
import { createRun } from './fuse.js';
import type { SweepInput } from './inputs.js';
import { prepareFusion, type FusionProblem } from './prepare-fusion.js';
import { InvalidOptions, Problem, QuotaExceeded } from './problems.js';
import type { ServiceContext } from './service-context.js';
import { serviceLimits } from './service-limits.js';
import { wrappedVersions } from './wrapped-versions.js';

type Options = Readonly<Record<string, unknown>>;

/** Queues every point of a grid over options, to be scored on `validation`. What is chosen there is then reported on `test`. */
export async function sweep(
  em: EntityManager,
  context: ServiceContext,
  input: SweepInput,
): Promise<Sweep | FusionProblem> {
  const problem = checkAxes(input);
  if (problem) return problem;
  const points = gridPoints(input.strategy.options, input.axes);
  const first = { id: input.strategy.id, options: points[0]! };
  // The first point stands for all in what adapters, space and tasks have to do with it; options are checked point by point.
  const prepared = await prepareFusion(em, context, { ...input, strategy: first });
  if (prepared instanceof Problem && !(prepared instanceof InvalidOptions)) return prepared;
  const strategies = strategiesOf(context.plugins);
  const strategy = strategies.get(input.strategy.id)!;
  const checked = points.map((options) => checkOptions(strategy, options, strategies));
  const issues = axisIssues(strategy, input, strategies);
  if (issues.length) return new InvalidOptions(issues);
  if (prepared instanceof InvalidOptions) return prepared;
  const together = combinationIssues(input, points, checked);
  if (together.length) return new InvalidOptions(together);
  if (prepared.evaluateOn.length === 0) {
    const message =
      'A sweep chooses by scores on validation, and there is no task to score on; give evaluateOn, or adapters with tasks.';
    return new InvalidOptions([{ code: 'TASKS_MISSING', message, path: ['evaluateOn'] }]);
  }
  return em.transactional(async (em) => {
    const row = em.create(Sweep, {
      name: input.name ?? null,
      strategy: ref(prepared.row),
      axes: input.axes.map(({ option, values }) => ({ option, values: [...values] })),
      options: { ...input.strategy.options },
      space: prepared.space,
      size: points.length,
      state: RunState.RUNNING,
      startedAt: new Date(),
      progress: { phase: 'POINTS', done: 0, total: points.length },
    } as never);
    em.persist(row);
    for (const [point, parsed] of checked.entries()) {
      if (!parsed.ok) continue;
      const { options } = parsed;
      await createRun(
        em,
        context,
        { ...prepared, options, wrapped: wrappedVersions(strategy, options, context.plugins) },
        {
          name: input.name === undefined ? null : `${input.name} ${point + 1}/${points.length}`,
          outputRank: input.outputRank ?? null,
          seed: input.seed ?? 0,
          evaluationSplit: SplitName.VALIDATION,
          prompt: input.prompt ?? null,
          by: input.by ?? null,
          sweep: { row, point },
        },
      );
    }
    await announce(em, row);
    await wakeWorkers(em);
    return row;
  });
}

/** The product of the axes over the shared options, the last axis fastest. */
export function gridPoints(shared: Options, axes: SweepInput['axes']): readonly Options[] {
  return axes.reduce<readonly Options[]>(
    (points, { option, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [option]: value }))),
    [shared],
  );
}

function checkAxes({ axes }: SweepInput): InvalidOptions | QuotaExceeded | undefined {
  if (axes.length > serviceLimits.sweepAxes) {
    return new QuotaExceeded('options to walk along', axes.length, serviceLimits.sweepAxes, ['axes']);
  }
  const size = axes.reduce((product, { values }) => product * values.length, 1);
  if (size > serviceLimits.sweepPoints) {
    return new QuotaExceeded('points of the grid', size, serviceLimits.sweepPoints, ['axes']);
  }
  const problem = axes.length === 0 ? 'A sweep walks along at least one option; name it in `axes`.' : undefined;
  if (problem !== undefined) return new InvalidOptions([{ code: 'AXES_INVALID', message: problem, path: ['axes'] }]);
  const issues = axes.flatMap(({ option, values }, index) => {
    const path = ['axes', index];
    if (values.length === 0)
      return [{ code: 'AXES_INVALID', message: `The axis "${option}" has no values; give at least one.`, path }];
    if (axes.findIndex((axis) => axis.option === option) === index) return [];
    return [{ code: 'AXES_INVALID', message: `The axis "${option}" is there twice; put all values on one.`, path }];
  });
  return issues.length ? new InvalidOptions(issues) : undefined;
}

/** Values that are right one by one may not go together: the first point where they do not says why. */
function combinationIssues(
  { axes }: SweepInput,
  points: readonly Options[],
  checked: readonly ParsedOptions[],
): readonly { code: string; message: string; path: string[] }[] {
  const bad = checked.findIndex(({ ok }) => !ok);
  const parsed = checked[bad];
  if (parsed === undefined || parsed.ok) return [];
  const values = axes.map(({ option }) => `${option} ${JSON.stringify(points[bad]![option])}`).join(' and ');
  return parsed.issues.map(({ message }) => ({
    code: 'OPTIONS_INVALID',
    message: `${values} do not go together: ${message}.`,
    path: ['axes'],
  }));
}

/** Each value of each axis, checked with the shared options and the first values of the other axes. */
function axisIssues(
  strategy: Strategy,
  { strategy: { options }, axes }: SweepInput,
  strategies: ReadonlyMap<string, Strategy>,
) {
  const firsts = Object.fromEntries(axes.map(({ option, values }) => [option, values[0]]));
  return axes.flatMap(({ option, values }, axis) =>
    values.flatMap((value, index) => {
      const parsed = checkOptions(strategy, { ...options, ...firsts, [option]: value }, strategies);
      if (parsed.ok) return [];
      return parsed.issues
        .filter(({ path }) => path.length === 0 || path[0] === option)
        .map(({ message }) => ({
          code: 'OPTIONS_INVALID',
          message: `Value ${JSON.stringify(value)} of option "${option}": ${message}.`,
          path: ['axes', axis, 'values', index],
        }));
    }),
  );
}
