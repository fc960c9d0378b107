import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { Adapter } from './adapter.js';
import { SplitName, StatisticsKindName } from './enums.js';
import { Job } from './job.js';
import { Node } from './node.js';
import { Task } from './task.js';

/** The computation of what data says about an adapter's modules; a fusion that needs such statistics finds the latest one of each adapter. */
@ObjectType('StatisticsRun', {
  implements: [Node, Job],
  description:
    'The computation of what data says about an adapter’s modules, for strategies that weigh adapters by it.',
})
@Entity({ tableName: 'statistics_run' })
export class StatisticsRun extends Job {
  @ManyToOne(() => Adapter, { ref: true, deleteRule: 'cascade', index: true })
  adapter!: Ref<Adapter>;

  @ManyToOne(() => Task, { ref: true, deleteRule: 'restrict' })
  task!: Ref<Task>;

  @Field(() => StatisticsKindName)
  @Enum({ items: () => StatisticsKindName, nativeEnumName: 'statistics_kind' })
  kind!: StatisticsKindName;

  @Field(() => SplitName)
  @Enum({ items: () => SplitName, nativeEnumName: 'split' })
  split!: SplitName;

  @Field(() => Int)
  @Property({ type: 'integer' })
  examples!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  seed!: number;

  /** Its blob, when it is finished: a file as docs/statistics.md describes. */
  @Field(() => Sha256, { nullable: true })
  @Property({ type: 'text', nullable: true })
  @Index()
  digest: string | null = null;

  @Field(() => BigIntScalar, { nullable: true })
  @Property({ type: 'double', nullable: true })
  sizeBytes: number | null = null;
}
