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
import { Adapter, BaseModel, Evaluation, FusionRun, RunState, Score, SplitName, Task } from '../../entities/index.js';
import { evaluateOutside } from '../../services/evaluate-outside.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { readEvaluatorInput } from '../strategy-types/evaluator-types.js';
import { findMalformed } from '../types/find-malformed.js';
import { EvaluateInput } from '../types/job-inputs.js';
import { DeleteResult, EvaluateResult, Evaluations } from '../types/results.js';
import { EvaluateOutsideInput, EvaluateOutsideResult } from '../types/outside-evaluation.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

const EvaluationConnection = connectionType('Evaluation', Evaluation);
const EvaluationOrder = orderType('Evaluation', { CREATED_AT: 'createdAt', STATE: 'state' });

@InputType({ description: 'Which evaluations a list holds; all conditions must be met.' })
class EvaluationFilter {
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => [ID], { nullable: true, description: 'Tasks scored on.' })
  tasks?: string[] | null;
  @Field(() => [ID], { nullable: true, description: 'Adapters scored.' })
  adapters?: string[] | null;
  @Field(() => ID, { nullable: true, description: 'The fusion run that waits for them.' })
  run?: string | null;
  @Field(() => SplitName, { nullable: true, description: 'Split scored on.' })
  split?: SplitName | null;
}

@ArgsType()
class EvaluationArgs extends PageArgs {
  @Field(() => EvaluationFilter, { nullable: true, description: 'Which ones.' })
  filter?: EvaluationFilter | null;
  @Field(() => EvaluationOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'state'> | null;
}

@Resolver(() => Evaluation)
export class EvaluationResolver {
  @Query(() => EvaluationConnection, { description: 'Evaluations: the scoring of one model on one split of one task.' })
  async evaluations(
    @Args(() => EvaluationArgs) { filter, orderBy, ...page }: EvaluationArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Evaluation>> {
    return await findPage(
      em,
      {
        entity: Evaluation,
        where: [
          ...conditions.anyOf('state', filter?.states),
          ...conditions.ids('task', filter?.tasks, 'a task'),
          ...conditions.ids('adapter', filter?.adapters, 'an adapter'),
          ...conditions.id('run', filter?.run, 'a fusion run'),
          ...conditions.equal('split', filter?.split),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => BaseModel, { description: 'The base model.' })
  async base(@Root() evaluation: Evaluation, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(evaluation.base);
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The adapter; none for the bare base.' })
  async adapter(@Root() evaluation: Evaluation, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(evaluation.adapter);
  }

  @FieldResolver(() => Task, { description: 'The task scored on.' })
  async task(@Root() evaluation: Evaluation, @Ctx() { loaders }: ApiContext): Promise<Task> {
    return await loaders.one(evaluation.task);
  }

  @FieldResolver(() => FusionRun, { nullable: true, description: 'The fusion run that waits for it, if any.' })
  async run(@Root() evaluation: Evaluation, @Ctx() { loaders }: ApiContext): Promise<FusionRun | null> {
    return await loaders.maybe(evaluation.run);
  }

  @FieldResolver(() => Score, { nullable: true, description: 'What it measured, when it is there.' })
  async score(@Root() evaluation: Evaluation, @Ctx() { loaders }: ApiContext): Promise<Score | null> {
    const [score] = await loaders.children(evaluation, { entity: Score, by: 'evaluation', first: 1 });
    return score ?? null;
  }

  @Mutation(() => EvaluateResult, { description: 'Queues the scoring of an adapter, or of a bare base, on tasks.' })
  async evaluate(
    @Arg('input', () => EvaluateInput, { description: 'What to score, and on what.' }) input: EvaluateInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof EvaluateResult> {
    const malformed = findMalformed([
      ['adapter', input.adapter, ['adapter']],
      ['base model', input.base, ['base']],
      ...input.tasks.map((id, index) => ['task', id, ['tasks', index]] as const),
    ]);
    if (malformed) return malformed;
    const result = await platform.services.evaluate(em, withoutNulls(input));
    return 'code' in result ? result : new Evaluations(result);
  }

  @Mutation(() => EvaluateOutsideResult, {
    description:
      'Queues the scoring of a model that runs elsewhere: an evaluator asks it, and its answers are measured as those of Crucible’s own models.',
  })
  async evaluateOutside(
    @Arg('input', () => EvaluateOutsideInput, { description: 'Which model, and on what.' }) input: EvaluateOutsideInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof EvaluateOutsideResult> {
    const malformed = findMalformed([
      ['adapter', input.adapter, ['adapter']],
      ['base model', input.base, ['base']],
      ...input.tasks.map((id, index) => ['task', id, ['tasks', index]] as const),
    ]);
    if (malformed) return malformed;
    const { evaluator: chosen, ...rest } = withoutNulls(input);
    const choice = readEvaluatorInput(chosen, platform.plugins);
    const result = await evaluateOutside(em, platform, { ...rest, ...choice });
    return 'code' in result ? result : new Evaluations(result);
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished evaluation with its score.' })
  async deleteEvaluation(
    @Arg('id', () => ID, { description: 'The evaluation.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'evaluation', id, Evaluation);
  }
}
