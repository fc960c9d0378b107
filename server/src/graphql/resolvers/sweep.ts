import { describeOptions, type OptionDescription } from '@crucible/sdk';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { FusionRun, FusionStrategy, RunState, Score, Sweep, SweepAxis } from '../../entities/index.js';
import { InvalidOptions, type Services } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { requestLimits } from '../limits/request-limits.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { readGrid } from '../strategy-types/read-grid.js';
import { ruleLiteral } from '../strategy-types/rule-literal.js';
import { checkMembers } from '../types/check-members.js';
import { SweepInput } from '../types/job-inputs.js';
import { DeleteResult, SweepResult } from '../types/results.js';
import { literal } from '../types/strategy-option.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

const SweepConnection = connectionType('Sweep', Sweep);
const SweepOrder = orderType('Sweep', { CREATED_AT: 'createdAt', STATE: 'state', SIZE: 'size' });

@InputType({ description: 'Which sweeps a list holds; all conditions must be met.' })
class SweepFilter {
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => [String], { nullable: true, description: 'Keys of their strategies, such as "ties".' })
  strategies?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class SweepArgs extends PageArgs {
  @Field(() => SweepFilter, { nullable: true, description: 'Which ones.' })
  filter?: SweepFilter | null;
  @Field(() => SweepOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'state' | 'size'> | null;
}

@Resolver(() => Sweep)
export class SweepResolver {
  @Query(() => SweepConnection, { description: 'Sweeps: options chosen on VALIDATION and reported on TEST.' })
  async sweeps(
    @Args(() => SweepArgs) { filter, orderBy, ...page }: SweepArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Sweep>> {
    return await findPage(
      em,
      {
        entity: Sweep,
        where: [
          ...conditions.anyOf('state', filter?.states),
          ...(filter?.strategies ? [{ strategy: { key: { $in: filter.strategies } } }] : []),
          ...conditions.contains(['name'], filter?.search),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => FusionStrategy, { description: 'The strategy, in the version that is used.' })
  async strategy(@Root() sweep: Sweep, @Ctx() { loaders }: ApiContext): Promise<FusionStrategy> {
    return await loaders.one(sweep.strategy);
  }

  @FieldResolver(() => [FusionRun], { description: 'Its points, the first first: one run each, scored on VALIDATION.' })
  async points(
    @Root() sweep: Sweep,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<FusionRun[]> {
    return await loaders.children(sweep, pointsQuery(checkSize(first)));
  }

  @FieldResolver(() => FusionRun, {
    nullable: true,
    description: 'The point with the best mean on VALIDATION, when it is known.',
  })
  async chosen(@Root() sweep: Sweep, @Ctx() { loaders }: ApiContext): Promise<FusionRun | null> {
    if (sweep.chosenPoint === null) return null;
    const points = await loaders.children(sweep, pointsQuery(sweep.chosenPoint + 1));
    return points.find(({ point }) => point === sweep.chosenPoint) ?? null;
  }

  @FieldResolver(() => [Score], {
    description: 'What the chosen point scored on TEST, which was not looked at while choosing.',
  })
  async report(@Root() sweep: Sweep, @Ctx() context: ApiContext): Promise<Score[]> {
    const chosen = await this.chosen(sweep, context);
    const where = { split: 'TEST' };
    return chosen
      ? await context.loaders.children(chosen, { entity: Score, by: 'run', first: requestLimits.maxPage, where })
      : [];
  }

  @FieldResolver(() => [SweepAxis], { description: 'The options that it walks along; the last varies fastest.' })
  async axes(@Root() sweep: Sweep, @Ctx() { loaders, platform }: ApiContext): Promise<SweepAxis[]> {
    const strategy = await loaders.one(sweep.strategy);
    const installed = platform.plugins.strategies.get(strategy.key);
    const fields = installed ? describeOptions(installed.strategy.options) : [];
    return sweep.axes.map((axis) => Object.assign(new SweepAxis(), axis, { shape: shapeOf(fields, axis.option) }));
  }

  @Mutation(() => SweepResult, {
    description: 'Queues a grid of fusions. What cannot work is refused here and reaches no worker.',
  })
  async sweep(
    @Arg('input', () => SweepInput, { description: 'What to fuse, and the values to try.' }) input: SweepInput,
    @Ctx() { em, platform }: ApiContext,
  ): ReturnType<Services['sweep']> {
    const problem = checkMembers(input);
    if (problem) return problem;
    const grid = readGrid(input, platform.plugins.strategies);
    if (grid instanceof InvalidOptions) return grid;
    return await platform.services.sweep(em, {
      ...withoutNulls({ ...input, grid: null }),
      adapters: input.adapters.map(({ id, weight }) => ({ adapter: id, weight })),
      ...grid,
    });
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished sweep with its points and scores.' })
  async deleteSweep(
    @Arg('id', () => ID, { description: 'The sweep.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'sweep', id, Sweep);
  }
}

const pointsQuery = (first: number) =>
  ({ entity: FusionRun, by: 'sweep', order: { by: 'point', direction: 'asc' }, first }) as const;

type Shaped = SweepAxis & { readonly shape?: OptionDescription | undefined };
const shapeOf = (fields: readonly OptionDescription[], option: string): OptionDescription | undefined =>
  fields.find(({ name }) => name === option);

@Resolver(() => SweepAxis)
export class SweepAxisResolver {
  @FieldResolver(() => [String], { description: 'Values to try, as GraphQL literals, such as 0.2 or PAPER.' })
  values(@Root() { option, values, shape }: Shaped, @Ctx() { platform }: ApiContext): string[] {
    if (shape === undefined && option === 'rule') {
      return values.map((value) => ruleLiteral(value, platform.plugins.strategies));
    }
    return values.map((value) => (shape ? literal(value, shape) : JSON.stringify(value)));
  }
}
