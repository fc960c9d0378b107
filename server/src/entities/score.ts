import type { Ref } from '@mikro-orm/core';
import { Check, Entity, Enum, Index, ManyToOne, OneToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Adapter } from './adapter.js';
import { BaseModel } from './base-model.js';
import { Evaluation } from './evaluation.js';
import { AskedBy, Metric, ScoreOrigin, SplitName } from './enums.js';
import { FusionRun } from './fusion-run.js';
import { Node } from './node.js';
import { Task } from './task.js';

@ObjectType({ description: 'Where the true value lies, at the stated confidence.' })
export class Interval {
  @Field(() => Float)
  low!: number;
  @Field(() => Float)
  high!: number;
  @Field(() => Float)
  confidence!: number;
}

@ObjectType({ description: 'One figure of a model on the examples of a split.' })
export class Measurement {
  @Field(() => Metric, { description: 'What is counted.' })
  metric!: Metric;
  @Field(() => Float, { description: 'The figure.' })
  value!: number;
  @Field(() => Int, { description: 'Number of examples.' })
  n!: number;
  @Field(() => Interval, {
    description:
      'Wilson’s where the figure is a share of right answers, else a percentile bootstrap over examples; of an imported score value ± z times the standard error that it came with.',
  })
  interval!: Interval;
}

/**
 * What one evaluation measured. There is at most one per evaluation. Adapter, base, task and split are the evaluation’s own, repeated here
 * so that a table of scores is one indexed read. `normalizedByOwn` and `normalizedByBest` are reckoned when asked for (`services/references`),
 * since specialists may be scored later than what is compared with them.
 */
@ObjectType('Score', { implements: Node, description: 'What one evaluation measured.' })
@Entity({ tableName: 'score' })
@Index({ properties: ['task', 'split', 'adapter'] })
@Check({ name: 'score_selected_elsewhere', expression: 'selected_on is null or selected_on <> split' })
export class Score extends Node {
  @OneToOne(() => Evaluation, { ref: true, owner: true, deleteRule: 'cascade' })
  evaluation!: Ref<Evaluation>;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  @ManyToOne(() => Adapter, { ref: true, nullable: true, deleteRule: 'cascade', index: true })
  adapter: Ref<Adapter> | null = null;

  @ManyToOne(() => FusionRun, { ref: true, nullable: true, deleteRule: 'cascade', index: true })
  run: Ref<FusionRun> | null = null;

  @ManyToOne(() => Task, { ref: true, deleteRule: 'restrict' })
  task!: Ref<Task>;

  @Field(() => SplitName)
  @Enum({ items: () => SplitName, nativeEnumName: 'split' })
  split!: SplitName;

  @Field(() => Metric)
  @Enum({ items: () => Metric, nativeEnumName: 'metric' })
  metric!: Metric;

  @Field(() => Float)
  @Property({ type: 'double' })
  value!: number;

  @Field(() => Int, { description: 'Number of examples.' })
  @Property({ type: 'integer' })
  n!: number;

  @Field(() => Interval)
  @Property({ type: 'json' })
  interval!: Interval;

  @Field(() => [Measurement], { description: 'Every figure that was reckoned, that of the task’s own metric first.' })
  @Property({ type: 'json', default: '[]' })
  measurements: Measurement[] = [];

  @Field(() => Float, { nullable: true, description: 'Mean cross-entropy in nats, where the model told likelihoods.' })
  @Property({ type: 'double', nullable: true })
  loss: number | null = null;

  /** Blob with one byte per example, 1 where it was right, in the split’s order: what paired tests need. None where answers are near or far, or unknown. */
  @Property({ type: 'text', nullable: true })
  outcomes: string | null = null;

  @Field(() => String, { nullable: true, description: 'The prompt of the task that was asked with, if by one.' })
  @Property({ type: 'text', nullable: true })
  prompt: string | null = null;

  @Field(() => AskedBy, {
    nullable: true,
    description:
      'How the model was asked for the answer; none where a head or a classifier answered, or that is not known. Scores are normalized by those of specialists that were asked the same way, with the same prompt.',
  })
  @Enum({ items: () => AskedBy, nativeEnumName: 'asked_by', nullable: true })
  by: AskedBy | null = null;

  @Field(() => ScoreOrigin, { description: 'Where it comes from.' })
  @Enum({ items: () => ScoreOrigin, nativeEnumName: 'score_origin', default: ScoreOrigin.MEASURED })
  origin: ScoreOrigin = ScoreOrigin.MEASURED;

  @Field(() => String, {
    nullable: true,
    description: 'Of a score from outside: the evaluator and the model that it asked, or the program that measured.',
  })
  @Property({ type: 'text', nullable: true })
  source: string | null = null;

  @Field(() => SplitName, {
    nullable: true,
    description:
      'Set where options were chosen by looking at scores: the split that was looked at. Never equal to `split`.',
  })
  @Enum({ items: () => SplitName, nativeEnumName: 'split', nullable: true })
  selectedOn: SplitName | null = null;
}
