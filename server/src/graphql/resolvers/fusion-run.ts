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
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import {
  Adapter,
  FINAL_STATES,
  FusionMember,
  FusionRun,
  FusionSpaceName,
  FusionStrategy,
  RunState,
  Score,
  Sweep,
  Task,
} from '../../entities/index.js';
import { NotFound, type Services } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { requestLimits } from '../limits/request-limits.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions, TimeRange } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize } from '../lists/first-arg.js';
import { checkId, isUuid } from '../lists/ids.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { readStrategyInput } from '../strategy-types/read-strategy-input.js';
import { appliedOptions } from '../strategy-types/applied-options.js';
import { abortable } from '../subscriptions/abortable.js';
import { checkMembers } from '../types/check-members.js';
import { FuseInput } from '../types/job-inputs.js';
import { StrategyOptions } from '../types/placeholders.js';
import { DeleteResult, FuseResult, RunResult } from '../types/results.js';
import { UninstalledStrategyOptions } from '../types/uninstalled-options.js';
import { withoutNulls } from '../types/without-nulls.js';
import { RunScoreArgs } from '../lists/run-score-args.js';
import { removeById } from './remove-by-id.js';

const FusionRunConnection = connectionType('FusionRun', FusionRun);
const FusionRunOrder = orderType('FusionRun', {
  CREATED_AT: 'createdAt',
  STATE: 'state',
  SPACE: 'space',
  SEED: 'seed',
});

@InputType({ description: 'Which fusion runs a list holds; all conditions must be met.' })
class FusionRunFilter {
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => [String], { nullable: true, description: 'Keys of their strategies, such as "ties".' })
  strategies?: string[] | null;
  @Field(() => [FusionSpaceName], { nullable: true, description: 'Spaces merged in.' })
  spaces?: FusionSpaceName[] | null;
  @Field(() => [ID], { nullable: true, description: 'Adapters, any of which is a member.' })
  adapters?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'The sweep that they are points of.' })
  sweep?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'true: only points of sweeps. false: none of them.' })
  inSweep?: boolean | null;
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
  @Field(() => String, { nullable: true, description: 'SHA-256 over all that the output depends on.' })
  fingerprint?: string | null;
  @Field(() => TimeRange, { nullable: true, description: 'When they were asked for.' })
  created?: TimeRange | null;
}

@ArgsType()
class FusionRunArgs extends PageArgs {
  @Field(() => FusionRunFilter, { nullable: true, description: 'Which ones.' })
  filter?: FusionRunFilter | null;
  @Field(() => FusionRunOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'state' | 'space' | 'seed'> | null;
}

@Resolver(() => FusionRun)
export class FusionRunResolver {
  @Query(() => FusionRunConnection, {
    description: 'Fusion runs: what was asked, what came out, and what that scored.',
  })
  async fusionRuns(
    @Args(() => FusionRunArgs) { filter, orderBy, ...page }: FusionRunArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<FusionRun>> {
    const { adapters, inSweep } = filter ?? {};
    const memberOf = adapters
      ? await em.find(
          FusionMember,
          { adapter: { $in: adapters.map((id) => checkId(id, 'an adapter')) } },
          { fields: ['run'] },
        )
      : undefined;
    return await findPage(
      em,
      {
        entity: FusionRun,
        where: [
          ...conditions.anyOf('state', filter?.states),
          ...(filter?.strategies ? [{ strategy: { key: { $in: filter.strategies } } }] : []),
          ...conditions.anyOf('space', filter?.spaces),
          ...(memberOf ? conditions.anyOf('id', [...new Set(memberOf.map(({ run }) => run.id))]) : []),
          ...conditions.id('sweep', filter?.sweep, 'a sweep'),
          ...(typeof inSweep === 'boolean' ? [{ sweep: inSweep ? { $ne: null } : null }] : []),
          ...conditions.contains(['name'], filter?.search),
          ...conditions.equal('fingerprint', filter?.fingerprint),
          ...conditions.during('createdAt', filter?.created),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => FusionStrategy, { description: 'The strategy, in the version that made it.' })
  async strategy(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<FusionStrategy> {
    return await loaders.one(run.strategy);
  }

  @FieldResolver(() => StrategyOptions, { description: 'The options used, defaults filled in, as typed as the input.' })
  async options(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<object> {
    const strategy = await loaders.one(run.strategy);
    return strategy.available
      ? appliedOptions(strategy.key, run.options)
      : new UninstalledStrategyOptions(strategy.key, run.options);
  }

  @FieldResolver(() => [FusionMember], { description: 'The adapters, in order.' })
  async members(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<FusionMember[]> {
    const order = { by: 'position', direction: 'asc' } as const;
    return await loaders.children(run, { entity: FusionMember, by: 'run', order, first: requestLimits.members });
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The fused adapter, when it is there.' })
  async output(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(run.output);
  }

  @FieldResolver(() => [Adapter], {
    description: 'All fused adapters: one, or one for each that went in, in their order; none until they are there.',
  })
  async outputs(@Root() run: FusionRun, @Ctx() context: ApiContext): Promise<Adapter[]> {
    const members = await this.members(run, context);
    const outputs = members.flatMap(({ output }) => output ?? []);
    if (outputs.length === 0 && run.output !== null) outputs.push(run.output);
    return await Promise.all(outputs.map((output) => context.loaders.one(output)));
  }

  @FieldResolver(() => Sweep, { nullable: true, description: 'The sweep that it is a point of, if any.' })
  async sweep(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<Sweep | null> {
    return await loaders.maybe(run.sweep);
  }

  @FieldResolver(() => [Task], { description: 'The tasks that its output is scored on.' })
  async evaluateOn(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<Task[]> {
    return await loaders.byIds(Task, run.evaluateOn);
  }

  @FieldResolver(() => [Score], {
    description: 'What its outputs scored: at most one an output, task and split, latest first.',
  })
  async scores(
    @Root() run: FusionRun,
    @Args(() => RunScoreArgs) { first, split }: RunScoreArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Score[]> {
    const where = split ? { where: { split } } : {};
    return await loaders.children(run, { entity: Score, by: 'run', first: checkSize(first), ...where });
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Mean over its tasks of the scores on `evaluationSplit`; none until all are there.',
  })
  async meanScore(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<number | null> {
    const values = await valuesOf(run, loaders);
    return values && values.reduce((total, value) => total + value, 0) / values.length;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'The least of the scores on `evaluationSplit`: a fused model is as good as the task it hurts most. None until all are there.',
  })
  async worstScore(@Root() run: FusionRun, @Ctx() { loaders }: ApiContext): Promise<number | null> {
    const values = await valuesOf(run, loaders);
    return values && Math.min(...values);
  }

  @Mutation(() => FuseResult, {
    description:
      'Queues a fusion. What cannot work with these options, bases, ranks and frames is refused here and reaches no worker; what only the modules of the files can tell, such as a schedule whose pattern matches none, `planFusion` says beforehand.',
  })
  async fuse(
    @Arg('input', () => FuseInput, { description: 'What to fuse, and how.' }) input: FuseInput,
    @Ctx() { em, platform }: ApiContext,
  ): ReturnType<Services['fuse']> {
    const problem = checkMembers(input);
    if (problem) return problem;
    const { strategy, options } = readStrategyInput(input.strategy, platform.plugins.strategies);
    return await platform.services.fuse(em, {
      ...withoutNulls(input),
      adapters: input.adapters.map(({ id, weight }) => ({ adapter: id, weight })),
      strategy: { id: strategy, options },
    });
  }

  @Mutation(() => RunResult, { description: 'Asks for the end of a run. It is CANCELLED when its process has ended.' })
  async cancelRun(
    @Arg('id', () => ID, { description: 'The run.' }) id: string,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof RunResult> {
    return asRun(id, isUuid(id) ? await platform.services.findJob(em, id) : null, () =>
      platform.services.cancel(em, id),
    );
  }

  @Mutation(() => RunResult, { description: 'Queues a run that FAILED or was CANCELLED once more.' })
  async retryRun(
    @Arg('id', () => ID, { description: 'The run.' }) id: string,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof RunResult> {
    return asRun(id, isUuid(id) ? await platform.services.findJob(em, id) : null, () =>
      platform.services.retry(em, id),
    );
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished run with its scores.' })
  async deleteRun(
    @Arg('id', () => ID, { description: 'The run.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'fusion run', id, FusionRun);
  }

  @Subscription(() => FusionRun, {
    description:
      'The run as it is now, then after every change, at most four times a second; ends with its final state.',
    subscribe: ({ args, context }: { args: { id: string }; context: ApiContext }) => {
      const id = checkId(args.id, 'a fusion run');
      return abortable((signal) => watchRun(context, id, signal));
    },
  })
  fusionRunChanged(@Arg('id', () => ID, { description: 'The run.' }) _id: string, @Root() run: FusionRun): FusionRun {
    return run;
  }
}

async function asRun(id: string, job: unknown, act: () => ReturnType<Services['cancel']>): Promise<typeof RunResult> {
  if (!(job instanceof FusionRun)) return new NotFound('fusion run', id.slice(0, 100), ['id']);
  return (await act()) as typeof RunResult;
}

async function valuesOf(run: FusionRun, loaders: ApiContext['loaders']): Promise<number[] | null> {
  const where = { split: run.evaluationSplit };
  const scores = await loaders.children(run, { entity: Score, by: 'run', first: requestLimits.maxPage, where });
  // The latest of each output; several outputs are of one task where several adapters are.
  const latest = new Map(scores.toReversed().map((score) => [`${score.task.id} ${score.adapter?.id}`, score]));
  const values = run.evaluateOn.flatMap((task) => {
    const own = [...latest.values()].filter((score) => score.task.id === task).map(({ value }) => value);
    return own.length === 0 ? [] : [own.reduce((total, value) => total + value, 0) / own.length];
  });
  return values.length > 0 && values.length === run.evaluateOn.length ? values : null;
}

async function* watchRun(context: ApiContext, id: string, signal: AbortSignal): AsyncGenerator<FusionRun> {
  // Listening starts before the first look, or a change between the two would be missed.
  const changes = context.platform.changes.subscribe((change) => change.id === id, signal);
  let next = changes.next();
  for (;;) {
    context.renew();
    const run = await context.em.findOne(FusionRun, { id });
    if (!run) return;
    yield run;
    if (FINAL_STATES.has(run.state)) return;
    if ((await next).done) return;
    next = changes.next();
  }
}
