import { Entity, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, Sha256 } from '../scalars/index.js';
import { Node } from './node.js';

/** A frozen model that adapters are trained for. Its identity is the digest of its weights, not its name. */
@ObjectType('BaseModel', { implements: Node, description: 'A frozen model that adapters are trained for.' })
@Entity({ tableName: 'base_model' })
export class BaseModel extends Node {
  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, { description: 'Such as `clip_vision_model`: the `model_type` of its config.json.' })
  @Property({ type: 'text' })
  architecture!: string;

  /** config.json as it was imported. */
  @Property({ type: 'json' })
  config!: Record<string, unknown>;

  @Field(() => Sha256, {
    description: 'SHA-256 over the weights, tensor by tensor: the same for every way of sharding them.',
  })
  @Property({ type: 'text' })
  @Unique()
  digest!: string;

  /** Files of its folder in the blob store: path inside the folder → SHA-256. */
  @Property({ type: 'json' })
  files!: Record<string, string>;

  @Field(() => BigIntScalar)
  @Property({ type: 'double' })
  parameterCount!: number;

  @Field(() => BigIntScalar)
  @Property({ type: 'double' })
  sizeBytes!: number;

  @Field(() => Int, { nullable: true, description: 'Pixels on a side of the images it reads.' })
  @Property({ type: 'integer', nullable: true })
  imageSize: number | null = null;
}
