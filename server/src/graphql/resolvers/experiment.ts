import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { BaseModel, CellKind, CellState, Experiment, FINAL_STATES, RunState, Task } from '../../entities/index.js';
import type { ExperimentStrategyInput as ServiceStrategy } from '../../experiments/experiment-input.js';
import { experimentPath } from '../../experiments/experiment-routes.js';
import { readExperiment, type CellRow, type ExperimentTable } from '../../experiments/read-experiment.js';
import { InvalidOptions, Problem } from '../../services/index.js';
import { gridPoints } from '../../services/sweep.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { checkId } from '../lists/ids.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { appliedOptions } from '../strategy-types/applied-options.js';
import { readStrategyInput } from '../strategy-types/read-strategy-input.js';
import { abortable } from '../subscriptions/abortable.js';
import { Download } from '../types/adapter-transfer.js';
import {
  ExperimentComparison,
  ExperimentInput,
  ExperimentMethodInput,
  ExperimentMode,
  ExperimentPlan,
  ExperimentPlanResult,
  ExperimentResult,
  ExperimentScore,
  ExperimentSize,
  ExperimentStrategy,
  ExperimentTableCell,
} from '../types/experiment.js';
import { DeleteResult } from '../types/results.js';
import { UninstalledStrategyOptions } from '../types/uninstalled-options.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

const ExperimentConnection = connectionType('Experiment', Experiment);
const ExperimentOrder = orderType('Experiment', { CREATED_AT: 'createdAt', STATE: 'state', SIZE: 'size' });

@InputType({ description: 'Which experiments a list holds; all conditions must be met.' })
class ExperimentFilter {
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class ExperimentArgs extends PageArgs {
  @Field(() => ExperimentFilter, { nullable: true, description: 'Which ones.' })
  filter?: ExperimentFilter | null;
  @Field(() => ExperimentOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'state' | 'size'> | null;
}

@InputType({ description: 'Which cells; all conditions must be met.' })
class ExperimentCellFilter {
  @Field(() => [CellKind], { nullable: true, description: 'What they score.' })
  kinds?: CellKind[] | null;
  @Field(() => [CellState], { nullable: true, description: 'Where they stand.' })
  states?: CellState[] | null;
  @Field(() => [Int], { nullable: true, description: 'How many tasks are fused.' })
  sizes?: number[] | null;
  @Field(() => [Int], { nullable: true, description: 'Places of their modes.' })
  modes?: number[] | null;
  @Field(() => [Int], { nullable: true, description: 'Places of their strategies.' })
  strategies?: number[] | null;
}

@ArgsType()
class ExperimentCellArgs extends FirstArgs {
  @Field(() => ExperimentCellFilter, { nullable: true, description: 'Which ones.' })
  filter?: ExperimentCellFilter | null;
  @Field(() => Int, { defaultValue: 0, description: 'Cells to leave out before the first.' })
  offset: number = 0;
}

@Resolver(() => Experiment)
export class ExperimentResolver {
  @Query(() => ExperimentConnection, {
    description: 'Experiments: every subset of tasks × strategies × modes × seeds.',
  })
  async experiments(
    @Args(() => ExperimentArgs) { filter, orderBy, ...page }: ExperimentArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Experiment>> {
    return await findPage(
      em,
      {
        entity: Experiment,
        where: [...conditions.anyOf('state', filter?.states), ...conditions.contains(['name'], filter?.search)],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @Query(() => ExperimentPlanResult, {
    description:
      'What an experiment would take: fusions, evaluations, images, minutes; and what of it is known already.',
  })
  async planExperiment(
    @Arg('input', () => ExperimentInput, { description: 'The experiment.' }) input: ExperimentInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ExperimentPlanResult> {
    const read = readInput(input, platform);
    if (read instanceof Problem) return read;
    const plan = await platform.services.planExperiment(em, read);
    if (plan instanceof Problem) return plan;
    const { prepared, cells, known, rate, fusions, evaluations, images, processes, minutes } = plan;
    return Object.assign(new ExperimentPlan(), {
      base: prepared.base,
      tasks: prepared.tasks,
      subsets: prepared.subsets.length,
      cells: cells.length,
      known: known.size,
      fusions,
      evaluations,
      images,
      imagesPerSecond: rate && rate.imagesPerSecond,
      processes,
      minutes,
    });
  }

  @Mutation(() => ExperimentResult, {
    description: 'Queues an experiment; what is known is there at once. `planExperiment` says before what it takes.',
  })
  async runExperiment(
    @Arg('input', () => ExperimentInput, { description: 'The experiment.' }) input: ExperimentInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ExperimentResult> {
    const read = readInput(input, platform);
    return read instanceof Problem ? read : await platform.services.runExperiment(em, read);
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished experiment with its cells.' })
  async deleteExperiment(
    @Arg('id', () => ID, { description: 'The experiment.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'experiment', id, Experiment);
  }

  @Subscription(() => Experiment, {
    description:
      'The experiment as it is now, then after every change, at most four times a second; ends with its final state.',
    subscribe: ({ args, context }: { args: { id: string }; context: ApiContext }) => {
      const id = checkId(args.id, 'an experiment');
      return abortable((signal) => watchExperiment(context, id, signal));
    },
  })
  experimentChanged(
    @Arg('id', () => ID, { description: 'The experiment.' }) _id: string,
    @Root() experiment: Experiment,
  ): Experiment {
    return experiment;
  }

  @FieldResolver(() => BaseModel, { description: 'The base model of all adapters.' })
  async base(@Root() experiment: Experiment, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(experiment.base);
  }

  @FieldResolver(() => [Task], { description: 'Its tasks.' })
  async tasks(@Root() experiment: Experiment, @Ctx() { loaders }: ApiContext): Promise<Task[]> {
    return await loaders.byIds(Task, experiment.tasks);
  }

  @FieldResolver(() => [ExperimentMode], { description: 'Its modes, with what their specialists score.' })
  async modes(@Root() experiment: Experiment, @Ctx() context: ApiContext): Promise<ExperimentMode[]> {
    const { specialists } = await tableOf(experiment, context);
    return experiment.modes.map(({ name, method, space }, index) =>
      Object.assign(new ExperimentMode(), { index, name, method, space, specialists: specialists[index] }),
    );
  }

  @FieldResolver(() => [Float], {
    nullable: 'items',
    description: 'Accuracy of the bare base on TEST, by task; none until it is known.',
  })
  async baseline(@Root() experiment: Experiment, @Ctx() context: ApiContext): Promise<(number | null)[]> {
    return [...(await tableOf(experiment, context)).base];
  }

  @FieldResolver(() => [ExperimentStrategy], { description: 'Its strategies.' })
  strategies(@Root() experiment: Experiment, @Ctx() { platform }: ApiContext): ExperimentStrategy[] {
    return experiment.strategies.map(({ name, key, version, points }, index) =>
      Object.assign(new ExperimentStrategy(), {
        index,
        name,
        key,
        version,
        points: points.map((options) => optionsOf(platform, key, options)),
      }),
    );
  }

  @FieldResolver(() => [ExperimentTableCell], {
    description: 'Its cells in their order: base and specialists, then subset by subset.',
  })
  async cells(
    @Root() experiment: Experiment,
    @Args(() => ExperimentCellArgs) { first, offset, filter }: ExperimentCellArgs,
    @Ctx() context: ApiContext,
  ): Promise<ExperimentTableCell[]> {
    const table = await tableOf(experiment, context);
    const among = <Value>(list: readonly Value[] | null | undefined, value: Value | null): boolean =>
      !list || (value !== null && list.includes(value));
    const wanted = table.rows.filter(
      ({ cell }) =>
        among(filter?.kinds, cell.kind) &&
        among(filter?.states, cell.state) &&
        among(filter?.sizes, cell.subset.length) &&
        among(filter?.modes, cell.mode) &&
        among(filter?.strategies, cell.strategy),
    );
    const from = Math.max(0, offset);
    return wanted.slice(from, from + checkSize(first)).map((row) => cellOf(table, row, context));
  }

  @FieldResolver(() => [ExperimentSize], {
    description: 'Size by size, mode by mode, strategy by strategy: means over all subsets, as far as they are known.',
  })
  async sizes(@Root() experiment: Experiment, @Ctx() context: ApiContext): Promise<ExperimentSize[]> {
    const { sizes } = await tableOf(experiment, context);
    return sizes.map((row) => Object.assign(new ExperimentSize(), row));
  }

  @FieldResolver(() => ExperimentComparison, {
    nullable: true,
    description: 'The second method against the first, on the subsets that both have figures for; none without any.',
  })
  async comparison(
    @Root() experiment: Experiment,
    @Arg('first', () => ExperimentMethodInput, { description: 'What is compared with.' }) first: ExperimentMethodInput,
    @Arg('second', () => ExperimentMethodInput, { description: 'What is compared.' }) second: ExperimentMethodInput,
    @Arg('size', () => Int, { nullable: true, description: 'Subsets of so many tasks. Left out: all.' })
    size: number | null | undefined,
    @Arg('alpha', () => Float, { defaultValue: 0.05, description: 'Chance of a false claim that is accepted.' })
    alpha: number,
    @Ctx() context: ApiContext,
  ): Promise<ExperimentComparison | null> {
    const table = await tableOf(experiment, context);
    const compared = table.compare(first, second, size ?? null, alpha);
    return compared && Object.assign(new ExperimentComparison(), compared);
  }

  @FieldResolver(() => [Download], { description: 'All results, as far as they are known: as CSV, and as JSON.' })
  downloads(@Root() experiment: Experiment): Download[] {
    return (['csv', 'json'] as const).map(
      (form) => new Download(`results.${form}`, experimentPath(experiment, form), null, null),
    );
  }
}

/** One per operation: an answer asks for many parts of one table. Of a subscription each event has its own. */
const tables = new WeakMap<Experiment, { readonly at: string; readonly table: Promise<ExperimentTable> }>();
function tableOf(experiment: Experiment, { em }: ApiContext): Promise<ExperimentTable> {
  const at = JSON.stringify([experiment.state, experiment.progress]);
  const known = tables.get(experiment);
  if (known?.at === at) return known.table;
  const table = readExperiment(em.fork(), experiment);
  tables.set(experiment, { at, table });
  return table;
}

function readInput(input: ExperimentInput, platform: ApiContext['platform']) {
  const { strategies } = platform.plugins;
  const read: ServiceStrategy[] = [];
  for (const [index, { name, strategy, grid }] of input.strategies.entries()) {
    if (!strategy && !grid) {
      const message = `Strategy ${index} has neither options nor a grid; give strategy, grid or both.`;
      return new InvalidOptions([{ code: 'EXPERIMENT_INVALID', message, path: ['strategies', index] }]);
    }
    const walked = grid ? readStrategyInput(grid, strategies) : undefined;
    const shared = strategy ? readStrategyInput(strategy, strategies) : undefined;
    if (walked && shared && walked.strategy !== shared.strategy) {
      const message = `grid is over ${walked.strategy} and strategy is ${shared.strategy}; give the same strategy in both.`;
      return new InvalidOptions([{ code: 'SWEEP_TWO_STRATEGIES', message, path: ['strategies', index] }]);
    }
    const axes = Object.entries(walked?.options ?? {}).map(([option, values]) => ({
      option,
      values: values as unknown[],
    }));
    const varied = new Set(axes.map(({ option }) => option));
    const own = Object.entries(shared?.options ?? {}).filter(([option]) => !varied.has(option));
    read.push({
      ...(name && { name }),
      id: (walked ?? shared)!.strategy,
      points: gridPoints(Object.fromEntries(own), axes),
    });
  }
  return {
    ...withoutNulls({ ...input, modes: null, strategies: null }),
    modes: input.modes.map((mode) => withoutNulls(mode)),
    strategies: read,
  };
}

const optionsOf = (
  platform: ApiContext['platform'],
  key: string,
  options: Readonly<Record<string, unknown>>,
): object =>
  platform.plugins.strategies.has(key) ? appliedOptions(key, options) : new UninstalledStrategyOptions(key, options);

function cellOf(
  { tasks, experiment }: ExperimentTable,
  { cell, scored, worstTask, ...row }: CellRow,
  { platform }: ApiContext,
): ExperimentTableCell {
  const strategy = cell.strategy === null ? undefined : experiment.strategies[cell.strategy];
  const { index, kind, state, mode, seed, space, validation, problem, chosen } = cell;
  const known = scored.scores.length > 0;
  return Object.assign(new ExperimentTableCell(), {
    ...row,
    index,
    kind,
    state,
    mode,
    seed,
    space,
    validation,
    problem,
    strategy: cell.strategy,
    tasks: cell.subset.map((task) => tasks[task]!),
    worstTask: worstTask === null ? null : tasks[worstTask]!,
    options: strategy && known ? optionsOf(platform, strategy.key, strategy.points[chosen]!) : null,
    scores: known
      ? cell.scores.map(({ task, n, correct, loss }) =>
          Object.assign(new ExperimentScore(), { task: tasks[task]!, n, correct, loss, accuracy: correct / n }),
        )
      : [],
  });
}

async function* watchExperiment(context: ApiContext, id: string, signal: AbortSignal): AsyncGenerator<Experiment> {
  // Listening starts before the first look, or a change between the two would be missed.
  const changes = context.platform.changes.subscribe((change) => change.id === id, signal);
  let next = changes.next();
  for (;;) {
    context.renew();
    const experiment = await context.em.findOne(Experiment, { id });
    if (!experiment) return;
    yield experiment;
    if (FINAL_STATES.has(experiment.state)) return;
    if ((await next).done) return;
    next = changes.next();
  }
}
