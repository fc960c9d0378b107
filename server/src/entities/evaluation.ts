import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Adapter } from './adapter.js';
import { BaseModel } from './base-model.js';
import { AskedBy, ScoreOrigin, SplitName } from './enums.js';
import { FusionRun } from './fusion-run.js';
import { Job } from './job.js';
import { Node } from './node.js';
import { Sweep } from './sweep.js';
import { Task } from './task.js';

/** The scoring of one adapter, or of the bare base, on one split of one task; gives one `Score`. */
@ObjectType('Evaluation', {
  implements: [Node, Job],
  description: 'The scoring of one adapter, or of the bare base, on one split of one task.',
})
@Entity({ tableName: 'evaluation' })
export class Evaluation extends Job {
  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  /** None: the bare base. */
  @ManyToOne(() => Adapter, { ref: true, nullable: true, deleteRule: 'cascade', index: true })
  adapter: Ref<Adapter> | null = null;

  @ManyToOne(() => Task, { ref: true, deleteRule: 'restrict' })
  task!: Ref<Task>;

  @Field(() => SplitName)
  @Enum({ items: () => SplitName, nativeEnumName: 'split' })
  split!: SplitName;

  @Field(() => ScoreOrigin, { description: 'Where its score comes from.' })
  @Enum({ items: () => ScoreOrigin, nativeEnumName: 'score_origin', default: ScoreOrigin.MEASURED })
  origin: ScoreOrigin = ScoreOrigin.MEASURED;

  @Field(() => String, { nullable: true, description: 'The evaluator that asks a model elsewhere, if one does.' })
  @Property({ type: 'text', nullable: true })
  evaluator: string | null = null;

  /** The evaluator's options. Secrets are no part of them: evaluators read those from the worker's environment. */
  @Property({ type: 'json', nullable: true })
  evaluatorOptions: Record<string, unknown> | null = null;

  @Field(() => String, { nullable: true, description: 'The prompt of the task that it asks with, if by one.' })
  @Property({ type: 'text', nullable: true })
  prompt: string | null = null;

  @Field(() => AskedBy, {
    nullable: true,
    description: 'How the model is asked for the answer; none where a head or a classifier answers.',
  })
  @Enum({ items: () => AskedBy, nativeEnumName: 'asked_by', nullable: true })
  by: AskedBy | null = null;

  /** The run that waits for it, if any. */
  @ManyToOne(() => FusionRun, { ref: true, nullable: true, deleteRule: 'cascade', index: true })
  run: Ref<FusionRun> | null = null;

  /** The sweep whose chosen point it reports, if any. */
  @ManyToOne(() => Sweep, { ref: true, nullable: true, deleteRule: 'cascade', index: true })
  sweep: Ref<Sweep> | null = null;

  /** Whose scores options were chosen by before this one; never equal to `split`. */
  @Enum({ items: () => SplitName, nativeEnumName: 'split', nullable: true })
  selectedOn: SplitName | null = null;
}
