import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { AdapterUpload } from '../../entities/index.js';
import { NotFound, QuotaExceeded } from '../../services/index.js';
import { refusable } from '../../services/import-adapter.js';
import type { ApiContext } from '../context/api-context.js';
import { isUuid } from '../lists/ids.js';
import { AdapterUploadInput, UploadResult, UploadTokenInput } from '../types/adapter-transfer.js';

@Resolver(() => AdapterUpload)
export class AdapterUploadResolver {
  @FieldResolver(() => String, {
    description:
      'Where to PUT one safetensors file, or a folder as .zip, .tar or .tar.gz, with "Authorization: Bearer <token>"; relative to the API’s own address.',
  })
  url(@Root() { id }: AdapterUpload): string {
    return `/uploads/${id}`;
  }

  @FieldResolver(() => String, {
    description: 'Where to PUT the files of a folder one by one instead: their names are to be added.',
  })
  filesUrl(@Root() { id }: AdapterUpload): string {
    return `/uploads/${id}/files/`;
  }

  @Mutation(() => UploadResult, {
    description:
      'Makes room for the files of one adapter or task. The answer has the address to send them to, and a token.',
  })
  async createAdapterUpload(
    @Arg('input', () => AdapterUploadInput, { description: 'What will be sent.' }) input: AdapterUploadInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof UploadResult> {
    const { uploads } = platform;
    const open = await uploads.openUploads(em);
    if (open >= uploads.limits.openUploads) {
      return new QuotaExceeded('uploads that are open', open + 1, uploads.limits.openUploads, ['input']);
    }
    return await refusable(async () => {
      const { byteLength, sha256, purpose } = input;
      const created = await uploads.create(em, {
        byteLength: byteLength === null || byteLength === undefined ? undefined : Number(byteLength),
        sha256: sha256 ?? undefined,
        purpose,
      });
      created.upload.token = created.token;
      return created.upload;
    });
  }

  @Mutation(() => UploadResult, { description: 'Says that all files of an upload have been sent one by one.' })
  async completeAdapterUpload(
    @Arg('input', () => UploadTokenInput, { description: 'The upload, and its token.' })
    { id, token }: UploadTokenInput,
    @Ctx() { platform }: ApiContext,
  ): Promise<typeof UploadResult> {
    if (!isUuid(id)) return new NotFound('upload', id.slice(0, 100), ['input', 'id']);
    return await refusable(() => platform.uploads.complete(id, token));
  }
}
