import type { Ref } from '@mikro-orm/core';
import { Entity, Enum, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { FusionSpaceName } from './enums.js';
import { FusionStrategy } from './fusion-strategy.js';
import { Job } from './job.js';
import { Node } from './node.js';

@ObjectType({ description: 'One option that a sweep walks along.' })
export class SweepAxis {
  @Field(() => String, { description: 'Name of the option, such as lambda.' })
  option!: string;
  /** Values of the option’s own type. */
  values!: unknown[];
}

/**
 * A grid over options. Every point is a `FusionRun` scored on `validation`; the best mean accuracy there is chosen (the earlier point
 * when two are equal), and that one alone is then scored on `test`. Both are kept.
 */
@ObjectType('Sweep', {
  implements: [Node, Job],
  description:
    'A grid over options: every point is a run scored on VALIDATION; the one with the best mean there is reported on TEST.',
})
@Entity({ tableName: 'sweep' })
export class Sweep extends Job {
  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @ManyToOne(() => FusionStrategy, { ref: true, deleteRule: 'restrict' })
  strategy!: Ref<FusionStrategy>;

  @Field(() => [SweepAxis])
  @Property({ type: 'json' })
  axes!: SweepAxis[];

  /** Options that all points share. */
  @Property({ type: 'json' })
  options!: Record<string, unknown>;

  @Field(() => FusionSpaceName)
  @Enum({ items: () => FusionSpaceName, nativeEnumName: 'fusion_space' })
  space!: FusionSpaceName;

  @Field(() => Int, { description: 'Number of points of the grid.' })
  @Property({ type: 'integer' })
  size!: number;

  /** `FusionRun.point` of the run that was chosen on validation. */
  @Field(() => Int, { nullable: true, description: 'Which point was chosen on VALIDATION.' })
  @Property({ type: 'integer', nullable: true })
  chosenPoint: number | null = null;
}
