import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { Sha256 } from '../scalars/index.js';
import { BaseModel } from './base-model.js';
import { Node } from './node.js';
import { Task } from './task.js';

/** The frozen classifier of one task on top of one base model. There is one per pair. */
@ObjectType('TaskHead', {
  implements: Node,
  description: 'The frozen classifier of one task on top of one base model.',
})
@Entity({ tableName: 'task_head' })
@Unique({ properties: ['task', 'base'] })
export class TaskHead extends Node {
  @ManyToOne(() => Task, { ref: true, deleteRule: 'cascade' })
  task!: Ref<Task>;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'cascade' })
  base!: Ref<BaseModel>;

  @Field(() => Int)
  @Property({ type: 'integer' })
  classes!: number;

  @Field(() => Int, { description: 'Width of the features that it reads.' })
  @Property({ type: 'integer' })
  projection!: number;

  @Field(() => Sha256)
  @Property({ type: 'text' })
  digest!: string;
}
