import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { BaseModel } from './base-model.js';
import { FusedTreatment, ModelDtype, ModelSpace, VocabularyRule } from './enums.js';
import type { ExportedFileRecord } from './export-run.js';
import { FusionStrategy } from './fusion-strategy.js';
import { Job } from './job.js';
import { Node } from './node.js';

/** A checkpoint that goes into a fusion. */
export interface FusedModelRecord {
  readonly model: string;
  readonly weight: number;
}

@ObjectType({ description: 'What became of one tensor. Norms are Frobenius norms.' })
export class FusedTensorReport {
  @Field(() => String, { description: 'Its name in the files.' })
  name!: string;
  @Field(() => String, { description: 'The dtype that it was written in.' })
  dtype!: string;
  @Field(() => [Int], { description: 'Its extents.' })
  shape!: number[];
  @Field(() => FusedTreatment, { description: 'How it was made.' })
  treatment!: FusedTreatment;
  @Field(() => [Float], { nullable: true, description: 'COMBINED: factors of the task vectors, in the models’ order.' })
  coefficients!: number[] | null;
  @Field(() => [Float], { description: '‖θ_i − θ_0‖, in the models’ order.' })
  modelNorms!: number[];
  @Field(() => Float, { description: '‖θ − θ_0‖ of what was written.' })
  outputNorm!: number;
}

@ObjectType({ description: 'How many tensors were made in which way.' })
export class FusedTensorCounts {
  @Field(() => Int, { description: 'Weighted sums of the stored numbers, rounded once.' })
  combined!: number;
  @Field(() => Int, { description: 'The base plus what the rule made of dense task vectors.' })
  merged!: number;
  @Field(() => Int, { description: 'The same bytes as the tensor that they are tied to.' })
  tied!: number;
  @Field(() => Int, { description: 'The base’s own bytes.' })
  copied!: number;
}

/** What a fusion of whole models did; norms are Frobenius norms over all tensors that were fused, tied ones counted once. */
@ObjectType({
  description: 'What a fusion of whole models did. Norms are Frobenius norms over all fused tensors, tied ones once.',
})
export class ModelFusionReport {
  @Field(() => ModelSpace, { description: 'Where task vectors were merged.' })
  space!: ModelSpace;
  @Field(() => Sha256, { description: 'SHA-256 over names and digests of the files of weights.' })
  digest!: string;
  @Field(() => BigIntScalar, { description: 'Bytes of the files of weights.' })
  byteLength!: number;
  @Field(() => [String], {
    description:
      'Dtypes that results were rounded to, once, to nearest even: all that stands between them and the rule’s.',
  })
  roundedTo!: string[];
  @Field(() => FusedTensorCounts, { description: 'How the tensors were made.' })
  tensors!: FusedTensorCounts;
  @Field(() => Int, { description: 'Tensors that differ from the base’s.' })
  changedTensors!: number;
  @Field(() => [Float], { description: '‖θ_i − θ_0‖ of each model, in their order.' })
  modelNorms!: number[];
  @Field(() => Float, { description: '‖θ − θ_0‖ of what was written.' })
  outputNorm!: number;
  @Field(() => [FusedTensorReport], { description: 'The tensors that changed most, by ‖θ − θ_0‖: 50 at most.' })
  mostChanged!: FusedTensorReport[];
  @Field(() => [String], { description: 'What was noticed while the checkpoints were compared.' })
  notes!: string[];
}

/** The fusion of fine-tuned checkpoints of one base into a whole model; see docs/full-models.md. */
@ObjectType('ModelFusionRun', {
  implements: [Node, Job],
  description: 'The fusion of fine-tuned checkpoints of one base into a whole model, streamed tensor by tensor.',
})
@Entity({ tableName: 'model_fusion_run' })
export class ModelFusionRun extends Job {
  @Field(() => String, { description: 'The name that the fused model gets.' })
  @Property({ type: 'text' })
  name!: string;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  /** In an order that some strategies heed. */
  @Property({ type: 'json' })
  models!: FusedModelRecord[];

  @ManyToOne(() => FusionStrategy, { ref: true, deleteRule: 'restrict' })
  strategy!: Ref<FusionStrategy>;

  @Field(() => String, { description: 'Version of the plugin that brought the strategy.' })
  @Property({ type: 'text' })
  strategyVersion!: string;

  /** With defaults filled in; the GraphQL layer gives it the strategy’s type. */
  @Property({ type: 'json' })
  options!: Record<string, unknown>;

  @Field(() => ModelDtype, { description: 'What numbers are written as.' })
  @Enum({ items: () => ModelDtype, nativeEnumName: 'model_dtype' })
  dtype: ModelDtype = ModelDtype.KEEP;

  @Field(() => BigIntScalar, { nullable: true, description: 'Most bytes of one file of weights.' })
  @Property({ type: 'double', nullable: true })
  maxShardBytes: number | null = null;

  @Field(() => VocabularyRule, { description: 'What is done where vocabularies differ.' })
  @Enum({ items: () => VocabularyRule, nativeEnumName: 'vocabulary_rule' })
  vocabulary: VocabularyRule = VocabularyRule.REFUSE;

  @Field(() => Int, { description: 'Seed of all randomness.' })
  @Property({ type: 'integer' })
  seed!: number;

  /** SHA-256 over everything that the output depends on; runs of before it was kept have none. */
  @Field(() => Sha256, {
    nullable: true,
    description:
      'SHA-256 over all that the files depend on: equal fingerprints give equal bytes. Runs of before it was kept have none.',
  })
  @Property({ type: 'text', nullable: true })
  @Index()
  fingerprint: string | null = null;

  /** Sorted by name. */
  @Property({ type: 'json' })
  files: ExportedFileRecord[] = [];

  @Field(() => ModelFusionReport, { nullable: true, description: 'What was done; none before it is finished.' })
  @Property({ type: 'json', nullable: true })
  report: ModelFusionReport | null = null;

  @ManyToOne(() => BaseModel, { ref: true, nullable: true, deleteRule: 'set null' })
  output: Ref<BaseModel> | null = null;
}
