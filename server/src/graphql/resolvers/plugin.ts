import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { FusionStrategy, Plugin } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { requestLimits } from '../limits/request-limits.js';

@Resolver(() => Plugin)
export class PluginResolver {
  @Query(() => [Plugin], {
    description: 'Every plugin that was found when the server started, working or not, by name.',
  })
  async plugins(@Ctx() { em }: ApiContext): Promise<Plugin[]> {
    return await em.find(Plugin, { installed: true }, { orderBy: { name: 'asc' } });
  }

  @FieldResolver(() => [FusionStrategy], { description: 'Strategies that it brings.' })
  async strategies(@Root() plugin: Plugin, @Ctx() { loaders }: ApiContext): Promise<FusionStrategy[]> {
    const order = { by: 'key', direction: 'asc' } as const;
    return await loaders.children(plugin, {
      entity: FusionStrategy,
      by: 'plugin',
      order,
      first: requestLimits.maxPage,
    });
  }
}
