import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { BaseModel, Task, TaskHead } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { requestLimits } from '../limits/request-limits.js';

@Resolver(() => TaskHead)
export class TaskHeadResolver {
  @FieldResolver(() => Task, { description: 'The task whose classes it tells apart.' })
  async task(@Root() head: TaskHead, @Ctx() { loaders }: ApiContext): Promise<Task> {
    return await loaders.one(head.task);
  }

  @FieldResolver(() => BaseModel, { description: 'The base model whose features it reads.' })
  async base(@Root() head: TaskHead, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(head.base);
  }
}

@Resolver(() => Task)
export class TaskHeadsResolver {
  @FieldResolver(() => [TaskHead], {
    description: 'Its frozen classifiers, one per base model that it can be scored with.',
  })
  async heads(@Root() task: Task, @Ctx() { loaders }: ApiContext): Promise<TaskHead[]> {
    return await loaders.children(task, { entity: TaskHead, by: 'task', first: requestLimits.maxPage });
  }
}
