import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { BaseModel } from './base-model.js';
import type { FusionSpaceName } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';

/** One way of training and fusing: adapters, one per task, and the space that they are merged in. */
export interface ExperimentModeRecord {
  readonly name: string;
  /** Method of its adapters, such as L_LORA. */
  readonly method: string;
  /** Null: the most exact one that each strategy offers. */
  readonly space: FusionSpaceName | null;
  /** One per task, in the experiment's order of tasks. */
  readonly adapters: readonly string[];
}

export interface ExperimentStrategyRecord {
  readonly name: string;
  readonly key: string;
  readonly version: string;
  /** Options to choose from on `validation`, with their defaults filled in; one: nothing to choose. */
  readonly points: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The protocol: every subset of the tasks × strategies × modes × seeds, fused and scored on the subset's own tasks. Options are chosen on `validation` and what was
 * chosen is reported on `test`. Its cells are computed in parts (`ExperimentPart`), each by one process.
 */
@ObjectType('Experiment', {
  implements: [Node, Job],
  description:
    'Every subset of the tasks × strategies × modes × seeds, fused and scored on the subset’s own tasks. Options are chosen on VALIDATION and reported on TEST.',
})
@Entity({ tableName: 'experiment' })
export class Experiment extends Job {
  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  /** Ids. */
  @Property({ type: 'json' })
  tasks!: string[];

  @Property({ type: 'json' })
  modes!: ExperimentModeRecord[];

  @Property({ type: 'json' })
  strategies!: ExperimentStrategyRecord[];

  @Field(() => [Int], { description: 'Seeds of the fusions.' })
  @Property({ type: 'json' })
  seeds!: number[];

  @Field(() => Int, { nullable: true, description: 'Examples per task that options are chosen by; none: all.' })
  @Property({ type: 'integer', nullable: true })
  validationExamples: number | null = null;

  @Field(() => Int, { nullable: true, description: 'Examples per task that are reported on; none: all.' })
  @Property({ type: 'integer', nullable: true })
  testExamples: number | null = null;

  @Field(() => Int, { description: 'Cells: fused models, specialists and the base.' })
  @Property({ type: 'integer' })
  size!: number;
}
