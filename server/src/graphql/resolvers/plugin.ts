import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { FusionStrategy, Plugin } from '../../entities/index.js';
import type { ApiContext } from '../context/api-context.js';
import { requestLimits } from '../limits/request-limits.js';
import { InstalledEvaluator } from '../types/installed-evaluator.js';
import { AnswerBy } from '../types/outside-evaluation.js';

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

  @FieldResolver(() => [InstalledEvaluator], { description: 'Evaluators that it brings, as it is installed now.' })
  evaluators(@Root() { name }: Plugin, @Ctx() { platform }: ApiContext): InstalledEvaluator[] {
    return [...(platform.plugins.evaluators?.values() ?? [])]
      .filter(({ plugin }) => plugin.name === name)
      .map(
        ({ evaluator: { id, title, description, answers } }) =>
          new InstalledEvaluator(
            id,
            title,
            description,
            answers.map((each) => AnswerBy[each]),
          ),
      );
  }
}
