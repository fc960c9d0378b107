import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Adapter } from './adapter.js';
import { BaseModel } from './base-model.js';
import { Job } from './job.js';
import { Node } from './node.js';

@ObjectType({ description: 'What of one matrix an extracted adapter carries. Norms are Frobenius norms.' })
export class ExtractedModuleReport {
  @Field(() => String, { description: 'Its name.' })
  module!: string;
  @Field(() => Int, { description: 'Its rank in the adapter.' })
  rank!: number;
  @Field(() => Float, { description: '‖Δ‖ of what the checkpoint changed.' })
  norm!: number;
  @Field(() => Float, { description: '‖Δ − B·A‖, exactly.' })
  error!: number;
  @Field(() => Float, { description: 'Share of ‖Δ‖² that is kept.' })
  retainedEnergy!: number;
}

@ObjectType({ description: 'A changed tensor that an extracted adapter does not carry.' })
export class LeftOutTensor {
  @Field(() => String, { description: 'Its name in the files.' })
  tensor!: string;
  @Field(() => Float, { description: '‖Δ‖, Frobenius.' })
  norm!: number;
}

/** What extraction lost; norms are Frobenius norms. */
@ObjectType({ description: 'How far an extracted adapter is from what the checkpoint changed.' })
export class ExtractionReport {
  @Field(() => Int, { description: 'Greatest rank of a module.' })
  rank!: number;
  @Field(() => Float, { description: '‖Δ − B·A‖ / ‖Δ‖ over all extracted matrices together, exactly.' })
  relativeError!: number;
  @Field(() => Int, { description: 'Matrices that the adapter carries.' })
  modules!: number;
  @Field(() => [ExtractedModuleReport], { description: 'The matrices that lost most, by error: 50 at most.' })
  mostLost!: ExtractedModuleReport[];
  @Field(() => Int, {
    description: 'Changed tensors that it does not carry: norms, biases, embeddings, what `targets` left out.',
  })
  leftOutTensors!: number;
  @Field(() => [LeftOutTensor], { description: 'The largest of those: 50 at most.' })
  leftOut!: LeftOutTensor[];
}

/** The extraction of a LoRA from a fine-tuned checkpoint; see docs/full-models.md. */
@ObjectType('ExtractionRun', {
  implements: [Node, Job],
  description: 'The extraction of an adapter from a fine-tuned checkpoint of a base.',
})
@Entity({ tableName: 'extraction_run' })
export class ExtractionRun extends Job {
  @Field(() => String, { description: 'The name that the adapter gets.' })
  @Property({ type: 'text' })
  name!: string;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  model!: Ref<BaseModel>;

  @Field(() => Int, {
    nullable: true,
    description: 'Rank of every module; beside an energy, the most that a module may take.',
  })
  @Property({ type: 'integer', nullable: true })
  rank: number | null = null;

  @Field(() => Float, { nullable: true, description: 'Share of ‖Δ‖² that each module was to keep.' })
  @Property({ type: 'double', nullable: true })
  energy: number | null = null;

  @Field(() => [String], { nullable: true, description: 'Layers that were extracted; none: all changed matrices.' })
  @Property({ type: 'json', nullable: true })
  targets: string[] | null = null;

  @Field(() => ExtractionReport, { nullable: true, description: 'What was lost; none before it is finished.' })
  @Property({ type: 'json', nullable: true })
  report: ExtractionReport | null = null;

  @OneToOne(() => Adapter, { ref: true, nullable: true, owner: true, deleteRule: 'set null' })
  output: Ref<Adapter> | null = null;
}
