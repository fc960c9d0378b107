import type { Ref } from '@mikro-orm/core';
import { Entity, ManyToOne, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Sha256 } from '../scalars/index.js';
import { BaseModel } from './base-model.js';
import { Node } from './node.js';

/**
 * The point φ0 that adapters are measured from. Adapters that keep its A0, as L-LoRA's do, add up exactly, at unchanged rank, without cross terms;
 * plain LoRA may start from a frame too, and moves away.
 */
@ObjectType('TangentFrame', {
  implements: Node,
  description:
    'The point φ0 that adapters are measured from: those of one frame that keep its A0 add up exactly, without cross terms.',
})
@Entity({ tableName: 'tangent_frame' })
export class TangentFrame extends Node {
  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @ManyToOne(() => BaseModel, { ref: true, deleteRule: 'restrict' })
  base!: Ref<BaseModel>;

  @Field(() => Int)
  @Property({ type: 'integer' })
  rank!: number;

  @Field(() => Float)
  @Property({ type: 'double' })
  scale!: number;

  @Field(() => [String])
  @Property({ type: 'json' })
  targetModules!: string[];

  /** SHA-256 over base digest, modules, ranks, scales and the bytes of A0: what adapters name as their frame. */
  @Field(() => Sha256, {
    description: 'SHA-256 over base, modules, ranks, scales and A0: what adapters name as their frame.',
  })
  @Property({ type: 'text' })
  @Unique()
  digest!: string;

  /** SHA-256 of the file that holds A0. */
  @Property({ type: 'text' })
  blob!: string;
}
