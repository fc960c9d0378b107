import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ModelFusionWork } from '../compute/model-fusion-protocol.js';
import { BaseModel, type ModelFusionRun } from '../entities/index.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about a fusion of whole models. */
export async function describeModelFusion(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  run: ModelFusionRun,
): Promise<ModelFusionWork> {
  const { dtype, maxShardBytes, vocabulary, seed, options } = run;
  const strategy = await run.strategy.loadOrFail();
  let byteLength = 0;
  const folderOf = async (id: string): Promise<string> => {
    const model = await em.findOneOrFail(BaseModel, { id });
    byteLength += model.sizeBytes;
    return modelFolder(blobs, home, model);
  };
  const models = [];
  for (const { model, weight } of run.models) models.push({ folder: await folderOf(model), weight });
  const base = { folder: await folderOf(run.base.id) };
  return {
    kind: 'MODEL_FUSION',
    strategy: strategy.key,
    options,
    base,
    models,
    byteLength,
    dtype,
    maxShardBytes,
    vocabulary,
    seed,
    outputFolder: await blobs.incoming(),
  };
}
