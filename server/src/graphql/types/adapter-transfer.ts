import { createUnionType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import {
  AdapterInspection,
  AdapterUpload,
  DoraImport,
  ExportDtype,
  ExportFormat,
  ExportRun,
  ImportRun,
  UploadPurpose,
} from '../../entities/index.js';
import { BigIntScalar, Sha256 } from '../../scalars/index.js';
import { InvalidOptions, NotFound, QuotaExceeded, SourceRefused } from '../../services/index.js';

@InputType({ description: 'What is going to be uploaded; what is declared is checked.' })
export class AdapterUploadInput {
  @Field(() => BigIntScalar, { nullable: true, description: 'Bytes of the one body that will be sent.' })
  byteLength?: number | bigint | null;
  @Field(() => Sha256, { nullable: true, description: 'SHA-256 of the one body that will be sent.' })
  sha256?: string | null;
  @Field(() => UploadPurpose, { defaultValue: UploadPurpose.ADAPTER, description: 'What it is for.' })
  purpose: UploadPurpose = UploadPurpose.ADAPTER;
}

@InputType({ description: 'An upload, with the token that was given for it.' })
export class UploadTokenInput {
  @Field(() => ID, { description: 'The upload.' })
  id!: string;
  @Field(() => String, { description: 'The token that createAdapterUpload gave for it.' })
  token!: string;
}

@InputType({ description: 'A repository of the Hugging Face hub.' })
export class HubSourceInput {
  @Field(() => String, { description: 'Such as "owner/name".' })
  repo!: string;
  @Field(() => String, {
    defaultValue: 'main',
    description: 'Branch, tag or commit. It is resolved to a commit at once, and that commit is imported and recorded.',
  })
  revision: string = 'main';
  @Field(() => String, {
    nullable: true,
    description:
      'A token for this request alone: it is neither kept nor logged, and the files are fetched before the answer comes. Left out: the server’s own HF_TOKEN.',
  })
  token?: string | null;
}

@InputType('AdapterSourceInput', { description: 'Where the files of an adapter are: exactly one field.' })
export class AdapterSourceInput {
  @Field(() => UploadTokenInput, { nullable: true, description: 'They were uploaded.' })
  upload?: UploadTokenInput | null;
  @Field(() => String, {
    nullable: true,
    description: 'They lie on the server’s machine: a folder or file, relative to CRUCIBLE_IMPORT_ROOT.',
  })
  directory?: string | null;
  @Field(() => HubSourceInput, { nullable: true, description: 'They are on the Hugging Face hub.' })
  hub?: HubSourceInput | null;
}

/** How files are taken that are more than factors of a stock base. */
@InputType({ description: 'How the files of an adapter are read.' })
abstract class AdapterReadingInput {
  @Field(() => DoraImport, { defaultValue: DoraImport.REFUSE, description: 'What becomes of magnitudes (DoRA).' })
  dora: DoraImport = DoraImport.REFUSE;
  @Field(() => AdapterSourceInput, {
    nullable: true,
    description:
      'The adapter as it was before its first step, where that step took it out of the base (PiSSA, OLoRA, CorDA, LoRA-GA): the update against the stock base is then the difference of the two, exactly, at the sum of the ranks.',
  })
  start?: AdapterSourceInput | null;
  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Says that `base` is no stock model but what such a start, or LoftQ, made of one: the factors are plain updates of it then.',
  })
  changedBase: boolean = false;
}

@InputType({ description: 'An adapter to look at.' })
export class InspectAdapterInput extends AdapterReadingInput {
  @Field(() => AdapterSourceInput, { description: 'Where its files are.' })
  source!: AdapterSourceInput;
  @Field(() => ID, { nullable: true, description: 'The base model to compare its shapes with.' })
  base?: string | null;
}

@InputType({ description: 'An adapter to take in.' })
export class ImportAdapterInput extends AdapterReadingInput {
  @Field(() => String, {
    nullable: true,
    description: 'The name that it gets. Left out: that of its folder or repository.',
  })
  name?: string | null;
  @Field(() => AdapterSourceInput, { description: 'Where its files are.' })
  source!: AdapterSourceInput;
  @Field(() => ID, {
    nullable: true,
    description:
      'Its base model. Left out: the base that the adapter names itself; adapters that name the same one can be fused, and need no weights for that.',
  })
  base?: string | null;
  @Field(() => ID, { nullable: true, description: 'The task that it was trained on, if it is known here.' })
  task?: string | null;
}

@InputType({ description: 'A repository of the Hugging Face hub that the server may read.' })
export class ModelRepositoryInput {
  @Field(() => String, { description: 'Such as "owner/name".' })
  repo!: string;
  @Field(() => String, { defaultValue: 'main', description: 'Branch, tag or commit; resolved to a commit at once.' })
  revision: string = 'main';
}

@InputType('BaseModelSourceInput', { description: 'Where the folder of a base model is: exactly one field.' })
export class BaseModelSourceInput {
  @Field(() => String, {
    nullable: true,
    description: 'On the server’s machine: a folder, relative to CRUCIBLE_IMPORT_ROOT.',
  })
  directory?: string | null;
  @Field(() => ModelRepositoryInput, { nullable: true, description: 'On the Hugging Face hub.' })
  hub?: ModelRepositoryInput | null;
}

@InputType({ description: 'A base model to take in.' })
export class ImportBaseModelInput {
  @Field(() => String, {
    nullable: true,
    description: 'The name that it gets. Left out: that of its folder or repository.',
  })
  name?: string | null;
  @Field(() => BaseModelSourceInput, { description: 'Where its folder is.' })
  source!: BaseModelSourceInput;
}

@InputType({ description: 'An adapter to write in a form that other programs load.' })
export class ExportAdapterInput {
  @Field(() => ID, { description: 'The adapter.' })
  adapter!: string;
  @Field(() => ExportFormat, { description: 'What it is written as.' })
  format!: ExportFormat;
  @Field(() => Int, {
    nullable: true,
    description: 'PEFT: most rank of a module, for servers that cap it; the loss is reported. Left out: as it is.',
  })
  maxRank?: number | null;
  @Field(() => ExportDtype, { nullable: true, description: 'What numbers are written as. Left out: as they are kept.' })
  dtype?: ExportDtype | null;
  @Field(() => BigIntScalar, { nullable: true, description: 'MERGED_MODEL: most bytes of one file of weights.' })
  maxShardBytes?: number | bigint | null;
}

@ObjectType({ description: 'A file that can be downloaded by GET, with ranges.' })
export class Download {
  @Field(() => String, { description: 'Its name.' })
  readonly name: string;
  @Field(() => String, { description: 'Its address, relative to that of the API.' })
  readonly url: string;
  @Field(() => BigIntScalar, { nullable: true, description: 'Its size in bytes; none where it is made as it is sent.' })
  readonly sizeBytes: number | null;
  @Field(() => Sha256, { nullable: true, description: 'SHA-256 of its bytes; none where it is made as it is sent.' })
  readonly sha256: string | null;

  constructor(name: string, url: string, sizeBytes: number | null, sha256: string | null) {
    this.name = name;
    this.url = url;
    this.sizeBytes = sizeBytes;
    this.sha256 = sha256;
  }
}

@ObjectType({ description: 'What of an adapter can be downloaded now.' })
export class AdapterDownloads {
  @Field(() => Download, { description: 'Its own file: what Crucible keeps, and takes in again.' })
  readonly safetensors: Download;
  @Field(() => ExportRun, {
    nullable: true,
    description: 'Its latest finished export as a PEFT folder; see exportAdapter.',
  })
  readonly peft: ExportRun | null;
  @Field(() => ExportRun, {
    nullable: true,
    description: 'Its latest finished export merged into the base; see exportAdapter.',
  })
  readonly mergedModel: ExportRun | null;

  constructor(safetensors: Download, peft: ExportRun | null, mergedModel: ExportRun | null) {
    this.safetensors = safetensors;
    this.peft = peft;
    this.mergedModel = mergedModel;
  }
}

export const UploadResult = createUnionType({
  name: 'AdapterUploadResult',
  description: 'The upload as it is now, or why nothing could be done.',
  types: () => [AdapterUpload, NotFound, QuotaExceeded, SourceRefused] as const,
});
export const InspectAdapterResult = createUnionType({
  name: 'InspectAdapterResult',
  description: 'What the files were understood as, or why they could not be read.',
  types: () => [AdapterInspection, InvalidOptions, NotFound, SourceRefused] as const,
});
export const ImportAdapterResult = createUnionType({
  name: 'ImportAdapterResult',
  description: 'An import that was queued, or why none was.',
  types: () => [ImportRun, InvalidOptions, NotFound, QuotaExceeded, SourceRefused] as const,
});
export const ImportBaseModelResult = createUnionType({
  name: 'ImportBaseModelResult',
  description: 'An import that was queued, or why none was.',
  types: () => [ImportRun, InvalidOptions, QuotaExceeded, SourceRefused] as const,
});
export const ExportAdapterResult = createUnionType({
  name: 'ExportAdapterResult',
  description: 'An export that was queued, or why none was.',
  types: () => [ExportRun, InvalidOptions, NotFound] as const,
});
