import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Adapter } from './adapter.js';
import { BaseModel } from './base-model.js';
import { RateSchedule, TrainingSearchKind, TunableOption } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';
import { TangentFrame } from './tangent-frame.js';
import { Task } from './task.js';

@ObjectType({ description: 'Values of one setting that a search tries: a list, or a range.' })
export class TrainingSearchAxis {
  @Field(() => TunableOption, { description: 'The setting.' })
  option!: TunableOption;
  @Field(() => [Float], { nullable: true, description: 'The values, where they are listed.' })
  values?: number[] | null | undefined;
  @Field(() => Float, { nullable: true, description: 'Least value of a range.' })
  low?: number | null | undefined;
  @Field(() => Float, { nullable: true, description: 'Greatest value of a range.' })
  high?: number | null | undefined;
  @Field(() => Boolean, { nullable: true, description: 'Whether the range is drawn from evenly in the logarithm.' })
  logarithmic?: boolean | null | undefined;
}

@ObjectType({ description: 'A search for the settings of a training, by the loss on VALIDATION.' })
export class TrainingSearch {
  @Field(() => TrainingSearchKind, { description: 'How points are found.' })
  kind!: TrainingSearchKind;
  @Field(() => [TrainingSearchAxis], { description: 'The settings, and the values to try.' })
  axes!: TrainingSearchAxis[];
  @Field(() => Int, { nullable: true, description: 'Points of RANDOM and HALVING.' })
  trials?: number | null | undefined;
}

/** All that a training depends on beside base, task and frame; defaults are filled in before it is queued. */
@ObjectType({ description: 'The recipe of a training, with its defaults filled in.' })
export class TrainingOptions {
  @Field(() => Int)
  rank!: number;
  @Field(() => Float)
  alpha!: number;
  @Field(() => [String])
  targetModules!: string[];
  @Field(() => Float)
  learningRate!: number;
  @Field(() => Float)
  weightDecay!: number;
  @Field(() => Int)
  batchSize!: number;
  @Field(() => Int)
  epochs!: number;
  @Field(() => Float, { description: 'Share of the steps over which the rate rises from zero.' })
  warmup!: number;
  @Field(() => Int, { description: 'Epochs without a better validation score after which it stops.' })
  patience!: number;
  @Field(() => String, {
    nullable: true,
    description: 'What the engine trains for the method: LORA, L_LORA, NETWORK_LINEARIZED, FULL or FULL_LINEARIZED.',
  })
  mode?: 'LORA' | 'L_LORA' | 'NETWORK_LINEARIZED' | 'FULL' | 'FULL_LINEARIZED' | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether the update is scaled by alpha / √rank (rsLoRA).' })
  rankStabilized?: boolean | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Probability with which an entry of an adapter’s input is dropped.',
  })
  dropout?: number | null;
  @Field(() => Int, { nullable: true, description: 'Batches whose mean gradient is one step.' })
  accumulate?: number | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Patterns of adapted layers that are replaced by their tangents, where the method trains A and B.',
  })
  linearizedModules?: string[] | null;
  @Field(() => Float, { nullable: true, description: 'Weight λ of the penalty (λ/2)·‖ΔB‖² on the update.' })
  normPenalty?: number | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Weight μ of the penalty (μ/2)·Σ⟨ΔW, ΔW_j⟩²/‖ΔW_j‖² on the update’s projections on other adapters’.',
  })
  orthogonality?: number | null;
  @Field(() => [ID], { nullable: true, description: 'The adapters that the update is kept orthogonal to.' })
  orthogonalTo?: string[] | null;
  @Field(() => RateSchedule, {
    nullable: true,
    description: 'How the rate goes on after the warm-up; COSINE if left out.',
  })
  schedule?: RateSchedule | null;
  @Field(() => Float, {
    nullable: true,
    description: 'Dynamic linearization: nats that linearizing modules may cost the loss of a probe; none: no probe.',
  })
  linearizationBudget?: number | null;
  @Field(() => TrainingSearch, { nullable: true, description: 'How settings were looked for before it was trained.' })
  search?: TrainingSearch | null;
}

@ObjectType({ description: 'What one batch of probing said about one module.' })
export class ModuleProbe {
  @Field(() => String, { description: 'The adapted layer.' })
  module!: string;
  @Field(() => Float, {
    description:
      'How far the module’s output is from its tangent’s, as a share of the update’s; 0 where A did not move.',
  })
  distance!: number;
  @Field(() => Float, {
    description: 'What replacing it alone by its tangent costs the loss, in nats; below 0 where it helps.',
  })
  cost!: number;
  @Field(() => Boolean, { description: 'Whether it was chosen to be linearized.' })
  linearized!: boolean;
}

@ObjectType({ description: 'One setting at one point of a search.' })
export class TrialValue {
  @Field(() => TunableOption, { description: 'The setting.' })
  option!: TunableOption;
  @Field(() => Float, { description: 'What it was.' })
  value!: number;
}

@ObjectType({ description: 'One training of a search for settings.' })
export class TrainingTrial {
  @Field(() => [TrialValue], { description: 'The settings that the search varied.' })
  values!: TrialValue[];
  @Field(() => Int, { description: 'Steps that it was trained for.' })
  steps!: number;
  @Field(() => Float, { nullable: true, description: 'Lowest loss on VALIDATION, in nats; none where it diverged.' })
  loss!: number | null;
  @Field(() => Float, { description: 'Accuracy on VALIDATION where the loss was lowest, 0 to 1.' })
  accuracy!: number;
  @Field(() => Boolean, { description: 'Whether its settings were chosen.' })
  chosen!: boolean;
}

@ObjectType({ description: 'What an epoch of a training gave.' })
export class TrainingEpoch {
  @Field(() => Int)
  epoch!: number;
  @Field(() => Float)
  loss!: number;
  @Field(() => Float, { nullable: true })
  validationAccuracy!: number | null;
}

/** The training of one adapter for one task; resumes from its last checkpoint after a crash, to the same bytes. */
@ObjectType('TrainingRun', { implements: [Node, Job], description: 'The training of one adapter for one task.' })
@Entity({ tableName: 'training_run' })
export class TrainingRun extends Job {
  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  @ManyToOne(() => Task, { ref: true, deleteRule: 'restrict' })
  task!: Ref<Task>;

  @ManyToOne(() => TangentFrame, { ref: true, nullable: true, deleteRule: 'restrict' })
  frame: Ref<TangentFrame> | null = null;

  @Field(() => String, { description: 'Such as LORA or L_LORA.' })
  @Property({ type: 'text' })
  method!: string;

  @Field(() => TrainingOptions)
  @Property({ type: 'json' })
  options!: TrainingOptions;

  @Field(() => Int)
  @Property({ type: 'integer' })
  seed!: number;

  @Field(() => [TrainingEpoch])
  @Property({ type: 'json' })
  history: TrainingEpoch[] = [];

  @Field(() => [ModuleProbe], { description: 'What the probe of a dynamic linearization measured, by module.' })
  @Property({ type: 'json', default: '[]' })
  probes: ModuleProbe[] = [];

  @Field(() => [TrainingTrial], { description: 'The trainings of a search for settings, in order.' })
  @Property({ type: 'json', default: '[]' })
  trials: TrainingTrial[] = [];

  @OneToOne(() => Adapter, { ref: true, nullable: true, owner: true, deleteRule: 'set null' })
  output: Ref<Adapter> | null = null;
}
