import { createUnionType, Field, ID, InputType, Int } from 'type-graphql';
import { SplitName, StatisticsKindName, StatisticsRun } from '../../entities/index.js';
import { InvalidOptions, NotFound } from '../../services/index.js';

@InputType({ description: 'Statistics to compute.' })
export class ComputeStatisticsInput {
  @Field(() => ID, { description: 'The adapter: statistics are those of the base with it.' })
  adapter!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The task whose examples are looked at. Left out: the adapter’s own.',
  })
  task?: string | null;
  @Field(() => StatisticsKindName, { description: 'What is computed.' })
  kind!: StatisticsKindName;
  @Field(() => SplitName, {
    defaultValue: SplitName.TRAIN,
    description: 'Examples to look at, TRAIN or VALIDATION. No labels are used.',
  })
  split: SplitName = SplitName.TRAIN;
  @Field(() => Int, { defaultValue: 256, description: 'How many examples, 1 or more; all where there are no more.' })
  examples: number = 256;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of their choice, 0 or more.' })
  seed: number = 0;
}

export const ComputeStatisticsResult = createUnionType({
  name: 'ComputeStatisticsResult',
  description: 'Statistics that were queued, or found; or why none were.',
  types: () => [StatisticsRun, InvalidOptions, NotFound] as const,
});
