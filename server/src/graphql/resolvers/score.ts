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
} from 'type-graphql';
import { Adapter, BaseModel, Evaluation, FusionRun, Score, SplitName, Task } from '../../entities/index.js';
import { importHarnessScores } from '../../services/import-harness-scores.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { findMalformed } from '../types/find-malformed.js';
import { ImportedScores, ImportHarnessScoresInput, ImportHarnessScoresResult } from '../types/outside-evaluation.js';
import { withoutNullsDeep } from '../types/without-nulls.js';

const ScoreConnection = connectionType('Score', Score);
const ScoreOrder = orderType('Score', { CREATED_AT: 'createdAt', VALUE: 'value', LOSS: 'loss' });

@InputType({ description: 'Which scores a list holds; all conditions must be met.' })
class ScoreFilter {
  @Field(() => [ID], { nullable: true, description: 'Tasks scored on.' })
  tasks?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Adapters scored.' })
  adapters?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Fusion runs whose outputs were scored.' })
  runs?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'Base model.' })
  base?: string | null;
  @Field(() => SplitName, { nullable: true, description: 'Split scored on.' })
  split?: SplitName | null;
  @Field(() => Boolean, { nullable: true, description: 'true: only of the bare base. false: only of adapters.' })
  zeroShot?: boolean | null;
}

@ArgsType()
class ScoreArgs extends PageArgs {
  @Field(() => ScoreFilter, { nullable: true, description: 'Which ones.' })
  filter?: ScoreFilter | null;
  @Field(() => ScoreOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'value' | 'loss'> | null;
}

@Resolver(() => Score)
export class ScoreResolver {
  @Query(() => ScoreConnection, { description: 'What evaluations measured.' })
  async scores(
    @Args(() => ScoreArgs) { filter, orderBy, ...page }: ScoreArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Score>> {
    const { zeroShot } = filter ?? {};
    return await findPage(
      em,
      {
        entity: Score,
        where: [
          ...conditions.ids('task', filter?.tasks, 'a task'),
          ...conditions.ids('adapter', filter?.adapters, 'an adapter'),
          ...conditions.ids('run', filter?.runs, 'a fusion run'),
          ...conditions.id('base', filter?.base, 'a base model'),
          ...conditions.equal('split', filter?.split),
          // A list has one order for all its rows, which those without a loss have no place in.
          ...(orderBy?.field === 'loss' ? [{ loss: { $ne: null } }] : []),
          ...(typeof zeroShot === 'boolean' ? [{ adapter: zeroShot ? null : { $ne: null } }] : []),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @Mutation(() => ImportHarnessScoresResult, {
    description:
      'Takes in what lm-evaluation-harness measured, as scores of origin IMPORTED. Which examples were right is not known then, so that they take part in no paired test.',
  })
  async importHarnessScores(
    @Arg('input', () => ImportHarnessScoresInput, { description: 'The file, and what its tasks are here.' })
    input: ImportHarnessScoresInput,
    @Ctx() { em }: ApiContext,
  ): Promise<typeof ImportHarnessScoresResult> {
    const malformed = findMalformed([
      ['adapter', input.adapter, ['adapter']],
      ['base model', input.base, ['base']],
      ...input.tasks.map(({ task }, index) => ['task', task, ['tasks', index, 'task']] as const),
    ]);
    if (malformed) return malformed;
    const result = await importHarnessScores(em, withoutNullsDeep(input));
    return 'code' in result ? result : new ImportedScores(result);
  }

  @FieldResolver(() => Task, { description: 'The task scored on.' })
  async task(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<Task> {
    return await loaders.one(score.task);
  }

  @FieldResolver(() => BaseModel, { description: 'The base model.' })
  async base(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(score.base);
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The adapter; none for the bare base.' })
  async adapter(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(score.adapter);
  }

  @FieldResolver(() => FusionRun, {
    nullable: true,
    description: 'The fusion run whose output was scored, if one was.',
  })
  async run(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<FusionRun | null> {
    return await loaders.maybe(score.run);
  }

  @FieldResolver(() => Evaluation, { description: 'The evaluation that measured it.' })
  async evaluation(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<Evaluation> {
    return await loaders.one(score.evaluation);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      '`value` divided by what the specialist of the same method scores on this task and split; 1 is as good as that. None where no specialist was scored.',
  })
  async normalizedByOwn(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<number | null> {
    return (await loaders.normalized(score)).own;
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      '`value` divided by what the best specialist of any method scores on this task and split. None where no specialist was scored.',
  })
  async normalizedByBest(@Root() score: Score, @Ctx() { loaders }: ApiContext): Promise<number | null> {
    return (await loaders.normalized(score)).best;
  }
}
