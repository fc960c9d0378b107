import { Entity, Enum, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { PluginStatus } from './enums.js';
import { Node } from './node.js';

/**
 * A package that announces itself as a plugin, working or not. One row per name and version: a plugin that was removed stays for the
 * runs that used it, with `installed` false.
 */
@ObjectType('Plugin', {
  implements: Node,
  description: 'A package that announces itself as a plugin, whether it works or not.',
})
@Entity({ tableName: 'plugin' })
@Unique({ properties: ['name', 'version'] })
export class Plugin extends Node {
  @Field(() => String, { description: 'Name of the npm package.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  version!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  description: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  licence: string | null = null;

  @Field(() => String, { nullable: true, description: 'Versions of @crucible/sdk that it was made for.' })
  @Property({ type: 'text', nullable: true })
  sdkRange: string | null = null;

  @Field(() => PluginStatus)
  @Enum({ items: () => PluginStatus, nativeEnumName: 'plugin_status' })
  status!: PluginStatus;

  @Field(() => String, { nullable: true, description: 'Why it cannot be used: a stable code.' })
  @Property({ type: 'text', nullable: true })
  problemCode: string | null = null;

  @Field(() => String, { nullable: true, description: 'Why it cannot be used: a sentence.' })
  @Property({ type: 'text', nullable: true })
  problemMessage: string | null = null;

  @Field(() => Boolean, { description: 'Whether it was found when the server started.' })
  @Property({ type: 'boolean' })
  installed!: boolean;
}
