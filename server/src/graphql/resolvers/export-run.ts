import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Adapter, ExportFormat, ExportRun, RunState } from '../../entities/index.js';
import { adapterPath, exportArchivePath, exportFilePath, exportFolderName } from '../../exports/index.js';
import { exportAdapter } from '../../services/export-adapter.js';
import type { ApiContext } from '../context/api-context.js';
import { AdapterDownloads, Download, ExportAdapterInput, ExportAdapterResult } from '../types/adapter-transfer.js';
import { findMalformed } from '../types/find-malformed.js';
import { DeleteResult } from '../types/results.js';
import { withoutNulls } from '../types/without-nulls.js';
import { removeById } from './remove-by-id.js';

@Resolver(() => ExportRun)
export class ExportRunResolver {
  @FieldResolver(() => Adapter, { description: 'The adapter that is exported.' })
  async adapter(@Root() run: ExportRun, @Ctx() { loaders }: ApiContext): Promise<Adapter> {
    return await loaders.one(run.adapter);
  }

  @FieldResolver(() => [Download], {
    description: 'Its files, when it is finished: each can be downloaded by itself, with ranges.',
  })
  files(@Root() run: ExportRun): Download[] {
    return run.files.map(
      ({ name, byteLength, sha256 }) => new Download(name, exportFilePath(run, name), byteLength, sha256),
    );
  }

  @FieldResolver(() => Download, { nullable: true, description: 'All of its files as one .tar, when it is finished.' })
  async archive(@Root() run: ExportRun, @Ctx() { loaders }: ApiContext): Promise<Download | null> {
    if (run.state !== RunState.SUCCEEDED) return null;
    const folder = exportFolderName(await loaders.one(run.adapter));
    return new Download(`${folder}.tar`, exportArchivePath(run), null, null);
  }

  @Mutation(() => ExportAdapterResult, {
    description: 'Writes an adapter as a PEFT folder, or the base model with it merged in, with a model card.',
  })
  async exportAdapter(
    @Arg('input', () => ExportAdapterInput, { description: 'What to write, and how.' }) input: ExportAdapterInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof ExportAdapterResult> {
    const malformed = findMalformed([['adapter', input.adapter, ['adapter']]]);
    if (malformed) return malformed;
    const { maxShardBytes, ...given } = withoutNulls(input);
    return await exportAdapter(em, platform, {
      ...given,
      ...(maxShardBytes === undefined ? {} : { maxShardBytes: Number(maxShardBytes) }),
    });
  }

  @Mutation(() => DeleteResult, { description: 'Deletes a finished export.' })
  async deleteExportRun(
    @Arg('id', () => ID, { description: 'The export.' }) id: string,
    @Ctx() context: ApiContext,
  ): Promise<typeof DeleteResult> {
    return await removeById(context, 'export', id, ExportRun);
  }
}

@Resolver(() => Adapter)
export class AdapterDownloadsResolver {
  @FieldResolver(() => AdapterDownloads, { description: 'What of it can be downloaded now.' })
  async downloads(@Root() adapter: Adapter, @Ctx() { loaders }: ApiContext): Promise<AdapterDownloads> {
    const latest = async (format: ExportFormat): Promise<ExportRun | null> => {
      const where = { format, state: RunState.SUCCEEDED };
      const [run] = await loaders.children(adapter, { entity: ExportRun, by: 'adapter', first: 1, where });
      return run ?? null;
    };
    const name = `${exportFolderName(adapter)}.safetensors`;
    return new AdapterDownloads(
      new Download(name, adapterPath(adapter), adapter.sizeBytes, adapter.digest),
      await latest(ExportFormat.PEFT),
      await latest(ExportFormat.MERGED_MODEL),
    );
  }
}
