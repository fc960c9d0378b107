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
import { Adapter, BaseModel, RunState, TangentFrame, Task, TrainingRun } from '../../entities/index.js';
import { InvalidOptions, type Services } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { findMalformed } from '../types/find-malformed.js';
import { TrainAdapterInput } from '../types/job-inputs.js';
import { DeleteResult, TrainAdapterResult } from '../types/results.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

const TrainingRunConnection = connectionType('TrainingRun', TrainingRun);
const TrainingRunOrder = orderType('TrainingRun', { CREATED_AT: 'createdAt', NAME: 'name', STATE: 'state' });

@InputType({ description: 'Which trainings a list holds; all conditions must be met.' })
class TrainingRunFilter {
  @Field(() => [RunState], { nullable: true, description: 'Where they stand.' })
  states?: RunState[] | null;
  @Field(() => [ID], { nullable: true, description: 'Tasks trained on.' })
  tasks?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'Such as LORA or L_LORA.' })
  methods?: string[] | null;
}

@ArgsType()
class TrainingRunArgs extends PageArgs {
  @Field(() => TrainingRunFilter, { nullable: true, description: 'Which ones.' })
  filter?: TrainingRunFilter | null;
  @Field(() => TrainingRunOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'name' | 'state'> | null;
}

@Resolver(() => TrainingRun)
export class TrainingRunResolver {
  @Query(() => TrainingRunConnection, { description: 'Trainings of adapters.' })
  async trainingRuns(
    @Args(() => TrainingRunArgs) { filter, orderBy, ...page }: TrainingRunArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<TrainingRun>> {
    return await findPage(
      em,
      {
        entity: TrainingRun,
        where: [
          ...conditions.anyOf('state', filter?.states),
          ...conditions.ids('task', filter?.tasks, 'a task'),
          ...conditions.anyOf('method', filter?.methods),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => BaseModel, { description: 'The base model.' })
  async base(@Root() run: TrainingRun, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(run.base);
  }

  @FieldResolver(() => Task, { description: 'The task trained on.' })
  async task(@Root() run: TrainingRun, @Ctx() { loaders }: ApiContext): Promise<Task> {
    return await loaders.one(run.task);
  }

  @FieldResolver(() => TangentFrame, { nullable: true, description: 'The tangent frame trained in, if any.' })
  async frame(@Root() run: TrainingRun, @Ctx() { loaders }: ApiContext): Promise<TangentFrame | null> {
    return await loaders.maybe(run.frame);
  }

  @FieldResolver(() => Adapter, { nullable: true, description: 'The adapter, when it is there.' })
  async output(@Root() run: TrainingRun, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(run.output);
  }

  @Mutation(() => TrainAdapterResult, { description: 'Queues the training of an adapter for one task.' })
  async trainAdapter(
    @Arg('input', () => TrainAdapterInput, { description: 'What to train, and how.' }) input: TrainAdapterInput,
    @Ctx() { em, platform }: ApiContext,
  ): ReturnType<Services['trainAdapter']> {
    const malformed = findMalformed([
      ['base model', input.base, ['base']],
      ['task', input.task, ['task']],
      ['tangent frame', input.frame, ['frame']],
    ]);
    if (malformed) return malformed;
    if (input.seed < 0) {
      const message = `The seed is ${input.seed}; give a whole number from 0 to 2147483647.`;
      return new InvalidOptions([{ code: 'SEED_INVALID', message, path: ['seed'] }]);
    }
    const { options, ...given } = withoutNulls(input);
    return await platform.services.trainAdapter(em, {
      ...given,
      ...(options ? { options: withoutNulls(options) } : {}),
    });
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished training; the adapter that it made stays.' })
  async deleteTrainingRun(
    @Arg('id', () => ID, { description: 'The training.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'training', id, TrainingRun);
  }
}
