import { createUnionType, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import {
  ExtractionRun,
  ModelDtype,
  ModelFusionRun,
  VocabularyRule,
  type FusedModelRecord,
} from '../../entities/index.js';
import { BigIntScalar } from '../../scalars/index.js';
import {
  IncompatibleModels,
  InvalidOptions,
  NotFound,
  QuotaExceeded,
  StrategyUnavailable,
} from '../../services/index.js';
import { StrategyInput } from './placeholders.js';

@InputType({ description: 'A fine-tuned checkpoint in a fusion.' })
export class FusedModelInput {
  @Field(() => ID, { description: 'The model, as it was taken in by importBaseModel.' })
  id!: string;
  @Field(() => Float, { defaultValue: 1, description: 'Factor on its task vector, before the strategy’s own.' })
  weight: number = 1;
}

@InputType({ description: 'A fusion of whole models to run.' })
export class FuseModelsInput {
  @Field(() => String, { nullable: true, description: 'The name that the fused model gets.' })
  name?: string | null;
  @Field(() => ID, { description: 'What all models were fine-tuned from.' })
  base!: string;
  @Field(() => [FusedModelInput], { description: 'Checkpoints of that base, in an order that some strategies heed.' })
  models!: FusedModelInput[];
  @Field(() => StrategyInput, { description: 'The strategy and its options.' })
  strategy!: Record<string, unknown>;
  @Field(() => ModelDtype, { defaultValue: ModelDtype.KEEP, description: 'What numbers are written as.' })
  dtype: ModelDtype = ModelDtype.KEEP;
  @Field(() => BigIntScalar, { nullable: true, description: 'Most bytes of one file of weights, 1048576 or more.' })
  maxShardBytes?: number | bigint | null;
  @Field(() => VocabularyRule, {
    defaultValue: VocabularyRule.REFUSE,
    description: 'What is done where vocabularies differ.',
  })
  vocabulary: VocabularyRule = VocabularyRule.REFUSE;
  @Field(() => Int, {
    defaultValue: 0,
    description: 'Seed of all randomness, 0 or more: the same seed gives the same bytes.',
  })
  seed: number = 0;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Answer with a finished run of the same fingerprint where there is one, instead of computing it again.',
  })
  reuse: boolean = false;
}

@ObjectType({ description: 'A checkpoint that went into a fusion.' })
export class FusedModel {
  /** Its field `model` is the row of that id. */
  readonly id: string;
  @Field(() => Float, { description: 'Factor on its task vector, before the strategy’s own.' })
  readonly weight: number;

  constructor({ model, weight }: FusedModelRecord) {
    this.id = model;
    this.weight = weight;
  }
}

export const FuseModelsResult = createUnionType({
  name: 'FuseModelsResult',
  description: 'A fusion of whole models that was queued, or why none was.',
  types: () =>
    [ModelFusionRun, InvalidOptions, IncompatibleModels, StrategyUnavailable, NotFound, QuotaExceeded] as const,
});

@InputType({ description: 'An adapter to extract from a fine-tuned checkpoint: give a rank, an energy, or both.' })
export class ExtractAdapterInput {
  @Field(() => String, { nullable: true, description: 'The name that the adapter gets.' })
  name?: string | null;
  @Field(() => ID, { description: 'What the checkpoint was fine-tuned from, and the adapter is for.' })
  base!: string;
  @Field(() => ID, { description: 'The checkpoint, as it was taken in by importBaseModel.' })
  model!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Rank of every module, 1 to 4096; beside an energy, the most that a module may take (256).',
  })
  rank?: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Share of ‖Δ‖² that each module shall keep, above 0 and below 1, at the least rank that does.',
  })
  energy?: number | null;
  @Field(() => [String], {
    nullable: true,
    description:
      'Layers, such as "q_proj" or "layers.0.self_attn.q_proj". Left out: every changed matrix that is no embedding and no output layer.',
  })
  targets?: string[] | null;
}

export const ExtractAdapterResult = createUnionType({
  name: 'ExtractAdapterResult',
  description: 'An extraction that was queued, or why none was.',
  types: () => [ExtractionRun, InvalidOptions, IncompatibleModels, NotFound, QuotaExceeded] as const,
});
