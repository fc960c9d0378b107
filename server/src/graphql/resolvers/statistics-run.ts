import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Adapter, StatisticsRun, Task } from '../../entities/index.js';
import { computeStatistics } from '../../services/compute-statistics.js';
import type { ApiContext } from '../context/api-context.js';
import { findMalformed } from '../types/find-malformed.js';
import { DeleteResult } from '../types/results.js';
import { ComputeStatisticsInput, ComputeStatisticsResult } from '../types/statistics-input.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

@Resolver(() => StatisticsRun)
export class StatisticsRunResolver {
  @FieldResolver(() => Adapter, { description: 'The adapter that they are of.' })
  async adapter(@Root() run: StatisticsRun, @Ctx() { loaders }: ApiContext): Promise<Adapter> {
    return await loaders.one(run.adapter);
  }

  @FieldResolver(() => Task, { description: 'The task whose examples were looked at.' })
  async task(@Root() run: StatisticsRun, @Ctx() { loaders }: ApiContext): Promise<Task> {
    return await loaders.one(run.task);
  }

  @Mutation(() => ComputeStatisticsResult, {
    description: 'Computes what data says about an adapter’s modules, for RegMean (GRAM) and Fisher merging (FISHER).',
  })
  async computeStatistics(
    @Arg('input', () => ComputeStatisticsInput, { description: 'What to compute, on what.' })
    input: ComputeStatisticsInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ComputeStatisticsResult> {
    const malformed = findMalformed([
      ['adapter', input.adapter, ['adapter']],
      ['task', input.task, ['task']],
    ]);
    if (malformed) return malformed;
    return await computeStatistics(em, platform, withoutNulls(input));
  }

  @Mutation(() => DeleteResult, { description: 'Deletes finished statistics; runs that were made with them stay.' })
  async deleteStatisticsRun(
    @Arg('id', () => ID, { description: 'The statistics.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'statistics', id, StatisticsRun);
  }
}

@Resolver(() => Adapter)
export class AdapterStatisticsResolver {
  @FieldResolver(() => [StatisticsRun], { description: 'Statistics of it, and those under way, the latest first.' })
  async statistics(@Root() adapter: Adapter, @Ctx() { loaders }: ApiContext): Promise<readonly StatisticsRun[]> {
    return await loaders.children(adapter, { entity: StatisticsRun, by: 'adapter', first: 50 });
  }
}
