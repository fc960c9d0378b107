import { Args, ArgsType, Ctx, Field, FieldResolver, InputType, Query, Resolver, Root } from 'type-graphql';
import { Adapter, BaseModel, TangentFrame } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';
import { ModelComputation } from '../types/model-computation.js';
import { describeComputation } from '../../services/describe-computation.js';

const BaseModelConnection = connectionType('BaseModel', BaseModel);
const BaseModelOrder = orderType('BaseModel', { CREATED_AT: 'createdAt', NAME: 'name' });

@InputType({ description: 'Which base models a list holds; all conditions must be met.' })
class BaseModelFilter {
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
  @Field(() => String, { nullable: true, description: 'SHA-256 over the weights.' })
  digest?: string | null;
}

@ArgsType()
class BaseModelArgs extends PageArgs {
  @Field(() => BaseModelFilter, { nullable: true, description: 'Which ones.' })
  filter?: BaseModelFilter | null;
  @Field(() => BaseModelOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'name'> | null;
}

@Resolver(() => BaseModel)
export class BaseModelResolver {
  @Query(() => BaseModelConnection, { description: 'Frozen models that adapters are trained for.' })
  async baseModels(
    @Args(() => BaseModelArgs) { filter, orderBy, ...page }: BaseModelArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<BaseModel>> {
    return await findPage(
      em,
      {
        entity: BaseModel,
        where: [...conditions.contains(['name'], filter?.search), ...conditions.equal('digest', filter?.digest)],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => [Adapter], { description: 'Adapters of it, latest first.' })
  async adapters(
    @Root() base: BaseModel,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Adapter[]> {
    return await loaders.children(base, { entity: Adapter, by: 'base', first: checkSize(first) });
  }

  @FieldResolver(() => ModelComputation, {
    nullable: true,
    description:
      'What Crucible computes of it: what it can be scored and trained on. None of a model of another kind, whose adapters are fused all the same.',
  })
  computation(@Root() { config }: BaseModel): ModelComputation | null {
    return describeComputation(config).computation as ModelComputation | null;
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why there is no `computation`.' })
  notComputed(@Root() { config }: BaseModel): string | null {
    return describeComputation(config).why;
  }

  @FieldResolver(() => [TangentFrame], { description: 'Tangent frames on it, latest first.' })
  async frames(
    @Root() base: BaseModel,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<TangentFrame[]> {
    return await loaders.children(base, { entity: TangentFrame, by: 'base', first: checkSize(first) });
  }
}
