import { Entity, Enum, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { AnswerForm, Metric, TaskKind } from './enums.js';
import { Node } from './node.js';

@ObjectType({ description: 'How many examples each split of a task has.' })
export class SplitCounts {
  @Field(() => Int)
  train!: number;
  @Field(() => Int)
  validation!: number;
  @Field(() => Int)
  test!: number;
}

/** One way to put an example into words. */
@ObjectType({ description: 'One way to ask for the answer in words.' })
export class TaskPrompt {
  @Field(() => String, { description: 'Its name, unique in the task, such as “natural”.' })
  name!: string;
  @Field(() => String, { description: 'The text, with {field} where a text of the example stands.' })
  input!: string;
  @Field(() => [String], { description: 'What stands for each class; empty unless answers are classes.' })
  labelWords!: string[];
  @Field(() => Int, { nullable: true, description: 'Digits after the point where answers are numbers.' })
  decimals!: number | null;
}

/** Labelled examples in three splits that share none, and a metric. */
@ObjectType('Task', {
  implements: Node,
  description: 'Labelled examples in three splits that share none, and a metric.',
})
@Entity({ tableName: 'task' })
export class Task extends Node {
  @Field(() => String)
  @Property({ type: 'text' })
  @Unique()
  name!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  title!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  description!: string;

  @Field(() => TaskKind, { description: 'What its examples are.' })
  @Enum({ items: () => TaskKind, nativeEnumName: 'task_kind', default: TaskKind.IMAGE })
  kind: TaskKind = TaskKind.IMAGE;

  @Field(() => AnswerForm, { description: 'What it asks for; of images always a class.' })
  @Enum({ items: () => AnswerForm, nativeEnumName: 'answer_form', default: AnswerForm.CLASS })
  answer: AnswerForm = AnswerForm.CLASS;

  @Field(() => [String], { description: 'Names of the texts of an example; none where examples are images.' })
  @Property({ type: 'json', default: '[]' })
  fields: string[] = [];

  @Field(() => [TaskPrompt], { description: 'Ways to ask for the answer in words; none where examples are images.' })
  @Property({ type: 'json', default: '[]' })
  prompts: TaskPrompt[] = [];

  @Field(() => Metric)
  @Enum({ items: () => Metric, nativeEnumName: 'metric' })
  metric!: Metric;

  @Field(() => [String], {
    description: 'Names of its classes, in the order of the labels; none where answers are no classes.',
  })
  @Property({ type: 'json' })
  classes!: string[];

  @Field(() => String)
  @Property({ type: 'text' })
  licence!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  source!: string;

  @Field(() => SplitCounts)
  @Property({ type: 'json' })
  counts!: SplitCounts;

  @Field(() => Sha256, { description: 'SHA-256 of its file.' })
  @Property({ type: 'text' })
  digest!: string;

  @Field(() => BigIntScalar)
  @Property({ type: 'double' })
  sizeBytes!: number;
}
