import { PAPER_AXIS } from '@crucible/engine/analyses';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { FusionSpaceName, SplitName } from '../entities/index.js';
import { FusionMemberInput } from '../graphql/types/job-inputs.js';
import { StrategyGridInput, StrategyInput } from '../graphql/types/placeholders.js';

@InputType({ description: 'Evenly spaced values, both ends among them.' })
export class AnalysisAxisInput {
  @Field(() => Float, { description: 'The first value.' })
  from!: number;
  @Field(() => Float, { description: 'The last value, above the first.' })
  to!: number;
  @Field(() => Int, { defaultValue: PAPER_AXIS.steps, description: 'How many values, 2 to 101.' })
  steps: number = PAPER_AXIS.steps;
}

@InputType({ description: 'Two task vectors, and the tasks that their models are run on.' })
abstract class PlaneBasis {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => ID, { description: 'The adapter of the first task vector.' })
  left!: string;
  @Field(() => ID, { description: 'The adapter of the second task vector.' })
  right!: string;
  @Field(() => ID, { nullable: true, description: 'The first task. Left out: the first adapter’s own.' })
  leftTask?: string | null;
  @Field(() => ID, { nullable: true, description: 'The second task. Left out: the second adapter’s own.' })
  rightTask?: string | null;
  @Field(() => FusionSpaceName, {
    nullable: true,
    description:
      'Where task vectors are added up: DELTA, FRAME (the same, for adapters with one A0), or FACTOR, as the paper’s code does. Left out: the ΔW’s, in the frame where there is one.',
  })
  space?: FusionSpaceName | null;
  @Field(() => SplitName, { defaultValue: SplitName.TEST, description: 'Whose examples are looked at.' })
  split: SplitName = SplitName.TEST;
  @Field(() => Int, { defaultValue: 256, description: 'Most examples of each task, 1 to 100000.' })
  examples: number = 256;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of their choice, 0 or more.' })
  seed: number = 0;
}

@InputType({ description: 'A weight disentanglement error to map.' })
export class AnalyzeDisentanglementInput extends PlaneBasis {
  @Field(() => AnalysisAxisInput, {
    nullable: true,
    description: 'Values of λ1 and of λ2. Left out: 21 from −2 to 2, as in the paper.',
  })
  axis?: AnalysisAxisInput | null;
}

@InputType({ description: 'A loss landscape to map.' })
export class AnalyzeLossLandscapeInput extends PlaneBasis {
  @Field(() => AnalysisAxisInput, {
    nullable: true,
    description: 'Along the first task vector. Left out: 21 from −0.5 to 1.5.',
  })
  x?: AnalysisAxisInput | null;
  @Field(() => AnalysisAxisInput, {
    nullable: true,
    description: 'Along the second task vector. Left out: 21 from −0.5 to 1.5.',
  })
  y?: AnalysisAxisInput | null;
}

@InputType({ description: 'A distance from the tangent to measure.' })
export class AnalyzeTangentDistanceInput {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => ID, { description: 'The adapter.' })
  adapter!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The task whose examples are looked at. Left out: the adapter’s own.',
  })
  task?: string | null;
  @Field(() => SplitName, { defaultValue: SplitName.VALIDATION, description: 'Whose examples are looked at.' })
  split: SplitName = SplitName.VALIDATION;
  @Field(() => Int, { defaultValue: 128, description: 'Most examples, 1 to 100000.' })
  examples: number = 128;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of their choice, 0 or more.' })
  seed: number = 0;
}

@InputType({ description: 'Adapters to compare.' })
export class AnalyzeCosineInput {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => [ID], { description: 'Adapters of one base model, 2 to 32.' })
  adapters!: string[];
}

@InputType({ description: 'A curve over one option of a fusion.' })
export class AnalyzeOptionCurveInput {
  @Field(() => String, { nullable: true, description: 'A name for people.' })
  name?: string | null;
  @Field(() => [FusionMemberInput], {
    description: 'Adapters of one base model, in an order that some strategies heed.',
  })
  adapters!: FusionMemberInput[];
  @Field(() => StrategyGridInput, {
    description: 'The strategy, and the values of one numeric option, such as lambda or density.',
  })
  grid!: Record<string, unknown>;
  @Field(() => StrategyInput, {
    nullable: true,
    description: 'Its other options, of the same strategy. Left out: their defaults.',
  })
  strategy?: Record<string, unknown> | null;
  @Field(() => FusionSpaceName, {
    nullable: true,
    description: 'Where to merge. Left out: the most exact space that the strategy offers for these adapters.',
  })
  space?: FusionSpaceName | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Greatest rank of the fused model’s update. Left out: as high as it takes.',
  })
  outputRank?: number | null;
  @Field(() => [ID], { nullable: true, description: 'Tasks to score on. Left out: the adapters’ own.' })
  evaluateOn?: string[] | null;
  @Field(() => Int, { nullable: true, description: 'Most examples of each task and split. Left out: all.' })
  examples?: number | null;
  @Field(() => Int, { defaultValue: 0, description: 'Seed of all randomness, 0 or more.' })
  seed: number = 0;
}
