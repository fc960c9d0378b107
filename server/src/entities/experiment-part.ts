import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Experiment } from './experiment.js';
import { Job } from './job.js';

/** A stretch of an experiment's cells that one process works through. What it has finished is recorded cell by cell: whoever goes on with it computes the rest. */
@Entity({ tableName: 'experiment_part' })
export class ExperimentPart extends Job {
  @ManyToOne(() => Experiment, { ref: true, deleteRule: 'cascade', index: true })
  experiment!: Ref<Experiment>;

  @Property({ type: 'integer' })
  part!: number;
}
