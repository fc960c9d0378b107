import { Args, ArgsType, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql';
import { Adapter, BaseModel, TangentFrame } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { connectionType, type Page } from '../lists/connection.js';
import { conditions } from '../lists/filters.js';
import { findPage } from '../lists/find-page.js';
import { checkSize, FirstArgs } from '../lists/first-arg.js';
import { OrderDirection } from '../lists/order-direction.js';
import { orderType, type Order } from '../lists/order-type.js';
import { PageArgs } from '../lists/page-args.js';

const TangentFrameConnection = connectionType('TangentFrame', TangentFrame);
const TangentFrameOrder = orderType('TangentFrame', { CREATED_AT: 'createdAt', NAME: 'name', RANK: 'rank' });

@InputType({ description: 'Which tangent frames a list holds; all conditions must be met.' })
class TangentFrameFilter {
  @Field(() => ID, { nullable: true, description: 'Their base model.' })
  base?: string | null;
  @Field(() => String, { nullable: true, description: 'Text that the name contains, in any case.' })
  search?: string | null;
}

@ArgsType()
class TangentFrameArgs extends PageArgs {
  @Field(() => TangentFrameFilter, { nullable: true, description: 'Which ones.' })
  filter?: TangentFrameFilter | null;
  @Field(() => TangentFrameOrder, { nullable: true, description: 'Latest first if left out.' })
  orderBy?: Order<'createdAt' | 'name' | 'rank'> | null;
}

@Resolver(() => TangentFrame)
export class TangentFrameResolver {
  @Query(() => TangentFrameConnection, { description: 'Tangent frames: the points that adapters are measured from.' })
  async tangentFrames(
    @Args(() => TangentFrameArgs) { filter, orderBy, ...page }: TangentFrameArgs,
    @Ctx() { em }: ApiContext,
  ): Promise<Page<TangentFrame>> {
    return await findPage(
      em,
      {
        entity: TangentFrame,
        where: [
          ...conditions.id('base', filter?.base, 'a base model'),
          ...conditions.contains(['name'], filter?.search),
        ],
        orderBy: orderBy?.field ?? 'createdAt',
        direction: orderBy?.direction ?? OrderDirection.DESC,
      },
      page,
    );
  }

  @FieldResolver(() => BaseModel, { description: 'The model whose layers it is a point of.' })
  async base(@Root() frame: TangentFrame, @Ctx() { loaders }: ApiContext): Promise<BaseModel> {
    return await loaders.one(frame.base);
  }

  @FieldResolver(() => [Adapter], {
    description:
      'Adapters that are measured from it, latest first. Those that left A where the frame has it, as L-LoRA does, add up exactly.',
  })
  async adapters(
    @Root() frame: TangentFrame,
    @Args(() => FirstArgs) { first }: FirstArgs,
    @Ctx() { loaders }: ApiContext,
  ): Promise<Adapter[]> {
    return await loaders.children(frame, { entity: Adapter, by: 'frame', first: checkSize(first) });
  }
}
