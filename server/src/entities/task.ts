import { Entity, Enum, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { Metric } from './enums.js';
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

  @Field(() => Metric)
  @Enum({ items: () => Metric, nativeEnumName: 'metric' })
  metric!: Metric;

  @Field(() => [String], { description: 'Names of its classes, in the order of the labels.' })
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
