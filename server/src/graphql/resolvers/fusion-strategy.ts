import { describeOptions } from '@crucible/sdk';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { FusionStrategy, Plugin } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { StrategyOption } from '../types/strategy-option.js';

@Resolver(() => FusionStrategy)
export class FusionStrategyResolver {
  @Query(() => [FusionStrategy], { description: 'Fusion strategies, by key: the fields of `StrategyInput`.' })
  async strategies(
    @Arg('includeRemoved', () => Boolean, {
      defaultValue: false,
      description: 'Also those that old runs used and that are not installed any more.',
    })
    includeRemoved: boolean,
    @Ctx() { em }: ApiContext,
  ): Promise<FusionStrategy[]> {
    const where = includeRemoved ? {} : { available: true };
    return await em.find(FusionStrategy, where, { orderBy: [{ key: 'asc' }, { id: 'asc' }] });
  }

  @FieldResolver(() => Plugin, { description: 'The plugin that brings it.' })
  async plugin(@Root() strategy: FusionStrategy, @Ctx() { loaders }: ApiContext): Promise<Plugin> {
    return await loaders.one(strategy.plugin);
  }

  @FieldResolver(() => [StrategyOption], {
    description: 'Its options, in the order that a form shows them; none where the strategy is not installed any more.',
  })
  options(@Root() strategy: FusionStrategy, @Ctx() { platform }: ApiContext): StrategyOption[] {
    const installed = platform.plugins.strategies.get(strategy.key);
    if (!strategy.available || !installed) return [];
    return describeOptions(installed.strategy.options).map((option) => new StrategyOption(option));
  }
}
