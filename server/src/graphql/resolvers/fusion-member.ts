import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Adapter, FusionMember, FusionRun } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';

@Resolver(() => FusionMember)
export class FusionMemberResolver {
  @FieldResolver(() => Adapter, { description: 'The adapter.' })
  async adapter(@Root() member: FusionMember, @Ctx() { loaders }: ApiContext): Promise<Adapter> {
    return await loaders.one(member.adapter);
  }

  @FieldResolver(() => Adapter, {
    nullable: true,
    description: 'What the run made for this adapter’s task, of a strategy with an output for each adapter.',
  })
  async output(@Root() member: FusionMember, @Ctx() { loaders }: ApiContext): Promise<Adapter | null> {
    return await loaders.maybe(member.output);
  }

  @FieldResolver(() => FusionRun, { description: 'The run.' })
  async run(@Root() member: FusionMember, @Ctx() { loaders }: ApiContext): Promise<FusionRun> {
    return await loaders.one(member.run);
  }
}
