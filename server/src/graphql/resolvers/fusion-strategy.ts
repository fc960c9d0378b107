import { describeOptions, describeSchedules, schedulableOf, unsuitable } from '@crucible/sdk';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { FusionStrategy, Plugin } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { screamingSnakeCase } from '../strategy-types/type-names.js';
import { StrategyOption } from '../types/strategy-option.js';
import { StrategyOutputs } from '../types/strategy-outputs.js';

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
    const schedules = describeSchedules(installed.strategy);
    const fields = [...describeOptions(installed.strategy.options), ...(schedules ? [schedules] : [])];
    return fields.map((option) => new StrategyOption(option));
  }

  @FieldResolver(() => StrategyOutputs, { description: 'How many adapters a run gives.' })
  outputs(@Root() strategy: FusionStrategy, @Ctx() { platform }: ApiContext): StrategyOutputs {
    return StrategyOutputs[platform.plugins.strategies.get(strategy.key)?.strategy.outputs ?? 'ONE'];
  }

  @FieldResolver(() => [String], {
    description: 'What may vary by adapter, layer and module: the values of `parameter` in its `schedules`.',
  })
  schedulable(@Root() strategy: FusionStrategy, @Ctx() { platform }: ApiContext): string[] {
    const installed = platform.plugins.strategies.get(strategy.key);
    return strategy.available && installed ? schedulableOf(installed.strategy).map(screamingSnakeCase) : [];
  }

  @FieldResolver(() => [FusionStrategy], {
    description: 'What a WRAPPER may wrap by its option `rule`, its default first; none of other strategies.',
  })
  async wraps(@Root() strategy: FusionStrategy, @Ctx() { em, platform }: ApiContext): Promise<FusionStrategy[]> {
    const { strategies } = platform.plugins;
    const wrapper = strategies.get(strategy.key)?.strategy;
    if (!strategy.available || wrapper?.kind !== 'WRAPPER') return [];
    const [first] = Object.keys(wrapper.defaultRule);
    const keys = [...strategies.values()]
      .filter((inner) => unsuitable(wrapper, inner.strategy) === undefined)
      .map((inner) => inner.strategy.id);
    const rows = await em.find(FusionStrategy, { key: { $in: keys }, available: true }, { orderBy: { key: 'asc' } });
    return rows.toSorted((x, y) => Number(y.key === first) - Number(x.key === first));
  }
}
