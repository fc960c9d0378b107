import type { EntityManager } from '@mikro-orm/postgresql';
import { analysesLimits } from '@crucible/engine/analyses';
import { checkOptions } from '@crucible/sdk';
import { strategiesOf } from '@crucible/sdk/host';
import { AnalysisKind, OptionCurveAnalysis, SplitName } from '../entities/index.js';
import type { SweepInput } from '../services/inputs.js';
import { prepareFusion, type FusionProblem } from '../services/prepare-fusion.js';
import { InvalidOptions, Problem, QuotaExceeded } from '../services/problems.js';
import type { ServiceContext } from '../services/service-context.js';
import { wrappedVersions } from '../services/wrapped-versions.js';
import { checkEvaluations, checkNumbers, findTasks, memberOf, type RawIssue } from './find-subjects.js';
import { queueAnalysis } from './queue-analysis.js';

export interface CurveInput extends SweepInput {
  /** Absent: all. */
  readonly examples?: number | undefined;
}

/** A curve over one numeric option of a strategy, such as λ or a density. */
export async function askOptionCurve(
  em: EntityManager,
  context: ServiceContext,
  input: CurveInput,
): Promise<OptionCurveAnalysis | FusionProblem> {
  const { seed = 0, examples } = input;
  const axis = readAxis(input);
  const problem = checkNumbers({ name: input.name, seed, examples }) ?? (axis instanceof Problem ? axis : undefined);
  if (problem || axis instanceof Problem) return problem!;
  const { option, values } = axis;
  const optionsAt = (value: number) => ({ ...input.strategy.options, [option]: value });
  const prepared = await prepareFusion(em, context, {
    ...input,
    strategy: { id: input.strategy.id, options: optionsAt(values[0]!) },
  });
  if (prepared instanceof Problem) return prepared;
  const { strategy } = prepared;
  const issues: RawIssue[] = [];
  if (strategy.kind === 'SEARCH' || strategy.outputs === 'PER_ADAPTER') {
    const why = strategy.kind === 'SEARCH' ? 'looks for its coefficients itself' : 'makes an output for each adapter';
    const message = `"${strategy.id}" ${why}; a curve is of a strategy that makes one model at each value.`;
    issues.push({ code: 'STRATEGY_UNSUITED', message, path: ['grid'] });
  }
  if (prepared.evaluateOn.length === 0) {
    const message =
      'A curve is one of scores, and there is no task to score on; give evaluateOn, or adapters with tasks.';
    issues.push({ code: 'TASKS_MISSING', message, path: ['evaluateOn'] });
  }
  const strategies = strategiesOf(context.plugins);
  const points = values.map((value) => checkOptions(strategy, optionsAt(value), strategies));
  points.forEach((point, index) => {
    if (point.ok) return;
    for (const { message } of point.issues) {
      issues.push({
        code: 'OPTIONS_INVALID',
        message: `${option} ${values[index]}: ${message}.`,
        path: ['grid', option],
      });
    }
  });
  if (issues.length > 0) return new InvalidOptions(issues);
  const base = prepared.members[0]!.adapter.base.getEntity();
  const wanted = prepared.evaluateOn.map(({ id, name }, index) => ({ id, path: ['evaluateOn', index], of: name }));
  const tasks = await findTasks(em, base, wanted, [SplitName.VALIDATION, SplitName.TEST]);
  if (tasks instanceof Problem) return tasks;
  const images = prepared.evaluateOn.reduce((sum, { counts: { validation, test } }) => {
    const most = examples ?? Number.POSITIVE_INFINITY;
    return sum + Math.min(most, validation) + Math.min(most, test);
  }, 0);
  const quota = checkEvaluations(values.length, images);
  if (quota) return quota;
  return queueAnalysis(em, context, {
    entity: OptionCurveAnalysis,
    kind: AnalysisKind.OPTION_CURVE,
    name: input.name ?? null,
    base,
    members: prepared.members.map(({ adapter, weight, statistics }) => memberOf(adapter, weight, statistics)),
    tasks,
    question: {
      strategy: strategy.id,
      strategyVersion: prepared.row.version,
      wrapped: points.map((point) => (point.ok ? wrappedVersions(strategy, point.options, context.plugins) : []))[0]!,
      option,
      values,
      points: points.map((point) => (point.ok ? point.options : {})),
      space: prepared.space,
      outputRank: input.outputRank ?? null,
      examples: examples ?? null,
    },
    seed,
  });
}

function readAxis({
  axes,
}: CurveInput): { readonly option: string; readonly values: readonly number[] } | InvalidOptions | QuotaExceeded {
  const invalid = (message: string): InvalidOptions =>
    new InvalidOptions([{ code: 'AXES_INVALID', message, path: ['grid'] }]);
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) {
    return invalid(`A curve is over one option, and the grid has ${axes.length}; give the others in \`strategy\`.`);
  }
  const limit = analysesLimits.curvePoints;
  if (axis.values.length > limit) return new QuotaExceeded('values of one curve', axis.values.length, limit, ['grid']);
  const values = axis.values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (values.length !== axis.values.length)
    return invalid(`The option "${axis.option}" is no number; a curve is over one that is.`);
  const sorted = [...new Set(values)].sort((x, y) => x - y);
  if (sorted.length < 2) return invalid(`A curve has 2 values or more, and "${axis.option}" has ${sorted.length}.`);
  return { option: axis.option, values: sorted };
}
