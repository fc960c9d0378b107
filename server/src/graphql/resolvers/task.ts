import { Args, ArgsType, Ctx, Field, FieldResolver, InputType, Query, Resolver, Root } from 'type-graphql';
import { Adapter, Score, SplitName, Task } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { SplitArgs } from '../lists/split-args.js';

const TaskConnection = connectionType('Task', Task);
const TaskOrder = orderType('Task', { NAME: 'name', CREATED_AT: 'createdAt', TITLE: 'title' });

@InputType({ description: 'Which tasks a list holds; all conditions must be met.' })
class TaskFilter {
  @Field(() => [String], { nullable: true, description: 'Names, such as "mnist".' })
  names?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Text that name, title or description contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class TaskArgs extends PageArgs {
  @Field(() => TaskFilter, { nullable: true, description: 'Which ones.' })
  filter?: TaskFilter | null;
  @Field(() => TaskOrder, { nullable: true, description: 'By name, A first, if left out.' })
  orderBy?: Order<'name' | 'createdAt' | 'title'> | null;
}

@ArgsType()
class TaskAdapterArgs extends FirstArgs {
  @Field(() => String, { nullable: true, description: 'Only those trained this way, such as LORA or L_LORA.' })
  method?: string | null;
}

@Resolver(() => Task)
export class TaskResolver {
  @Query(() => TaskConnection, { description: 'Tasks: labelled examples in three splits, and a metric.' })
  async tasks(
    @Args(() => TaskArgs) { filter, orderBy, ...page }: TaskArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<Task>> {
    return await findPage(
      em,
      {
        entity: Task,
        where: [
          ...conditions.anyOf('name', filter?.names),
          ...conditions.contains(['name', 'title', 'description'], filter?.search),
        ],
        orderBy: orderBy?.field ?? 'name',
        direction: orderBy?.direction ?? OrderDirection.ASC,
      },
      page,
    );
  }

  @FieldResolver(() => [Adapter], { description: 'Adapters that were trained on it, latest first.' })
  async adapters(
    @Root() task: Task,
    @Args(() => TaskAdapterArgs) { first, method }: TaskAdapterArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Adapter[]> {
    const where = method ? { where: { method } } : {};
    return await loaders.children(task, { entity: Adapter, by: 'task', first: checkSize(first), ...where });
  }

  @FieldResolver(() => [Score], {
    description: 'What base models, specialists and fused adapters scored on it, latest first.',
  })
  async scores(
    @Root() task: Task,
    @Args(() => SplitArgs) { first, split }: SplitArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Score[]> {
    return await loaders.children(task, { entity: Score, by: 'task', first: checkSize(first), where: { split } });
  }

  @FieldResolver(() => [Score], {
    description: 'What the bare base models scored on it: where every adapter starts from.',
  })
  async zeroShot(
    @Root() task: Task,
    @Args(() => SplitArgs) { first, split }: SplitArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Score[]> {
    const where = { split: split ?? SplitName.TEST, adapter: null };
    return await loaders.children(task, { entity: Score, by: 'task', first: checkSize(first), where });
  }
}
