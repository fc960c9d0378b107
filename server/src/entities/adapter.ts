import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import type { AdapterInspection } from './adapter-inspection.js';
import { BaseModel } from './base-model.js';
import { AdapterForm, Origin } from './enums.js';
import { Node } from './node.js';
import { TangentFrame } from './tangent-frame.js';
import { Task } from './task.js';

/** Where an imported adapter came from. */
@ObjectType({ description: 'Brought in from a file.' })
export class ImportedFrom {
  @Field(() => String, {
    description: 'What held it: the name of a workspace, the id of an upload, a directory, or a repository of a hub.',
  })
  workspace!: string;
  @Field(() => String, { description: 'Its path in there.' })
  file!: string;
  @Field(() => Int, { nullable: true, description: 'Seed of its training, where its file tells.' })
  seed!: number | null;
  @Field(() => String, { nullable: true, description: 'The commit, where it came from a hub.' })
  commit?: string | null;
}

/**
 * Low-rank updates ΔW = scale·B·A, one per adapted linear layer of a base model: one file in the blob store.
 * The run that made it is found from there: `FusionRun.output`, `TrainingRun.output`.
 */
@ObjectType('Adapter', {
  implements: Node,
  description: 'Low-rank updates ΔW = scale·B·A, one per adapted linear layer of a base model.',
})
@Entity({ tableName: 'adapter' })
export class Adapter extends Node {
  @Field(() => String)
  @Property({ type: 'text' })
  @Index()
  name!: string;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  /** The task that it was trained on; none for a fused adapter. */
  @ManyToOne(() => Task, { ref: true, nullable: true, deleteRule: 'restrict' })
  task: Ref<Task> | null = null;

  @ManyToOne(() => TangentFrame, { ref: true, nullable: true, deleteRule: 'restrict' })
  frame: Ref<TangentFrame> | null = null;

  @Field(() => String, {
    description:
      'How it was trained, such as LORA or L_LORA; a fused adapter keeps it only if it is again of the same tangent frame.',
  })
  @Property({ type: 'text' })
  @Index()
  method!: string;

  @Field(() => AdapterForm, { description: 'What it computes with its updates, and is scored as.' })
  @Enum({ items: () => AdapterForm, nativeEnumName: 'adapter_form', default: AdapterForm.WEIGHTS })
  form: AdapterForm = AdapterForm.WEIGHTS;

  @Field(() => Int, { description: 'Greatest rank over its modules.' })
  @Property({ type: 'integer' })
  rank!: number;

  @Field(() => Float, { description: 'The factor on B·A.' })
  @Property({ type: 'double' })
  scale!: number;

  @Field(() => [String])
  @Property({ type: 'json' })
  targetModules!: string[];

  @Field(() => BigIntScalar)
  @Property({ type: 'double' })
  parameterCount!: number;

  @Field(() => Sha256, { description: 'SHA-256 of its file.' })
  @Property({ type: 'text' })
  @Index()
  digest!: string;

  @Field(() => BigIntScalar)
  @Property({ type: 'double' })
  sizeBytes!: number;

  @Field(() => Origin)
  @Enum({ items: () => Origin, nativeEnumName: 'origin' })
  origin!: Origin;

  /** `digestFrame` of its own A's: what its tangent frame would be called. Adapters in which these are equal can share one. */
  @Property({ type: 'text', nullable: true })
  @Index()
  ownFrameDigest: string | null = null;

  /** What its files were understood as, where they were imported by an `ImportRun`. Long, and so read only where it is asked for. */
  @Property({ type: 'json', nullable: true, lazy: true })
  inspection?: AdapterInspection | null;

  /** Set where `origin` is IMPORTED. */
  @Property({ type: 'json', nullable: true })
  importedFrom: ImportedFrom | null = null;
}
