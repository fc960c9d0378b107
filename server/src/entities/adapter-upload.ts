import { Entity, Enum, Index, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { BigIntScalar, DateTime, Sha256 } from '../scalars/index.js';
import { UploadPurpose, UploadState } from './enums.js';
import { Node } from './node.js';

@ObjectType({ description: 'A file that was received, or that an adapter was read from.' })
export class ReceivedFile {
  @Field(() => String, { description: 'Its path inside of what holds it.' })
  name!: string;
  @Field(() => BigIntScalar, { description: 'Its size in bytes.' })
  byteLength!: number;
  @Field(() => Sha256, { description: 'SHA-256 of its bytes.' })
  sha256!: string;
}

/**
 * Room for the files of one adapter or task, until they are imported or it expires. The files lie in `uploads/<id>` of the home folder; a folder without a row,
 * and a row that has expired, are swept away.
 */
@ObjectType('AdapterUpload', {
  implements: Node,
  description: 'Room for the files of one adapter or task, until they are imported or it expires.',
})
@Entity({ tableName: 'adapter_upload' })
export class AdapterUpload extends Node {
  @Field(() => UploadState, { description: 'How far it has come.' })
  @Enum({ items: () => UploadState, nativeEnumName: 'upload_state' })
  state: UploadState = UploadState.OPEN;

  @Field(() => UploadPurpose, { description: 'What it is for.' })
  @Enum({ items: () => UploadPurpose, nativeEnumName: 'upload_purpose', default: UploadPurpose.ADAPTER })
  purpose: UploadPurpose = UploadPurpose.ADAPTER;

  /** SHA-256 of the token: who reads the database cannot upload with it. */
  @Property({ type: 'text' })
  tokenDigest!: string;

  /** Not kept: told once, by the mutation that made the upload. */
  @Field(() => String, {
    nullable: true,
    description: 'The token that its files are sent with. Only the answer of createAdapterUpload has it.',
  })
  token?: string | null;

  @Field(() => DateTime, { description: 'After this it is gone with all its files.' })
  @Property({ type: 'datetime', length: 3 })
  @Index()
  expiresAt!: Date;

  @Field(() => BigIntScalar, { nullable: true, description: 'Bytes that the body must have, where that was declared.' })
  @Property({ type: 'double', nullable: true })
  declaredBytes: number | null = null;

  @Field(() => Sha256, { nullable: true, description: 'SHA-256 that the body must have, where that was declared.' })
  @Property({ type: 'text', nullable: true })
  declaredSha256: string | null = null;

  @Field(() => [ReceivedFile], { description: 'Files that are there, by name; those of an archive are unpacked.' })
  @Property({ type: 'json' })
  files: ReceivedFile[] = [];

  @Field(() => Float, { nullable: true, description: 'Bytes that were received in one body: a file or an archive.' })
  @Property({ type: 'double', nullable: true })
  receivedBytes: number | null = null;

  @Field(() => Sha256, { nullable: true, description: 'SHA-256 of that body.' })
  @Property({ type: 'text', nullable: true })
  receivedSha256: string | null = null;

  @Field(() => Int, { description: 'Entries of an archive that were not wanted, and not kept.' })
  @Property({ type: 'integer' })
  skippedEntries: number = 0;
}
