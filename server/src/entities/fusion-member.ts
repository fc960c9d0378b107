import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, OneToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Sha256 } from '../scalars/index.js';
import { Adapter } from './adapter.js';
import { FidelityReport, FusionRun } from './fusion-run.js';
import { Node } from './node.js';

/** One adapter in one run, at its place in the order. */
@ObjectType('FusionMember', { description: 'One adapter in one run, at its place in the order.' })
@Entity({ tableName: 'fusion_member' })
@Unique({ properties: ['run', 'position'] })
export class FusionMember extends Node {
  @ManyToOne(() => FusionRun, { ref: true, deleteRule: 'cascade' })
  run!: Ref<FusionRun>;

  @ManyToOne(() => Adapter, { ref: true, deleteRule: 'restrict', index: true })
  adapter!: Ref<Adapter>;

  @Field(() => Int)
  @Property({ type: 'integer' })
  position!: number;

  @Field(() => Float)
  @Property({ type: 'double' })
  weight!: number;

  /** Blob of the statistics that it goes in with, of strategies that need some. */
  @Field(() => Sha256, { nullable: true })
  @Property({ type: 'text', nullable: true })
  statistics: string | null = null;

  /** What the run made for this adapter's task, of a strategy with an output for each adapter. */
  @OneToOne(() => Adapter, { ref: true, nullable: true, owner: true, deleteRule: 'set null' })
  output: Ref<Adapter> | null = null;

  @Field(() => FidelityReport, { nullable: true, description: 'Of its own output.' })
  @Property({ type: 'json', nullable: true })
  fidelity: FidelityReport | null = null;
}
