import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReceivedFile } from '../entities/adapter-upload.js';
import { importErrors } from '../imports/errors.js';
import { fetchFromHub } from '../imports/fetch-from-hub.js';
import { hubSettings } from '../imports/hub-settings.js';
import { isModelFile } from '../imports/model-file.js';
import { modelLimits } from '../imports/model-limits.js';
import { describeBase } from '../services/describe-base.js';
import { uploadErrors } from '../uploads/errors.js';
import { receiveStream } from '../uploads/receive-stream.js';
import { isJson, isPickle } from '../uploads/wanted-file.js';
import type { BaseImportResult, BaseImportWork } from './base-import-protocol.js';
import type { ComputeContext } from './compute-context.js';

/** Copies a model's folder and says what it is. On failure nothing is left of the copy. */
export async function runBaseImportWork(work: BaseImportWork, context: ComputeContext): Promise<BaseImportResult> {
  const { outputFolder } = work;
  await mkdir(outputFolder, { recursive: true });
  try {
    const files = await takeFiles(work, context);
    if (!files.some(({ name }) => name === 'config.json')) throw importErrors.noModel({ lacks: 'config.json' });
    const { architecture, config, digest, parameterCount, imageSize } = await describeBase(outputFolder);
    return {
      kind: 'BASE_IMPORT',
      outputFolder,
      files: files.map((file) => ({ ...file })),
      model: { architecture, config, digest, parameterCount, imageSize },
    };
  } catch (error) {
    await rm(outputFolder, { recursive: true, force: true });
    throw error;
  }
}

async function takeFiles(
  { source, outputFolder: folder }: BaseImportWork,
  { signal, onProgress }: ComputeContext,
): Promise<readonly ReceivedFile[]> {
  if (source.kind === 'HUB') {
    const { repo, commit } = source;
    return fetchFromHub({
      ...hubSettings(),
      repo,
      commit,
      folder,
      limits: modelLimits,
      wanted: isModelFile,
      signal,
      onProgress: (done, total) => onProgress({ phase: 'FETCH', done, total }),
    });
  }
  const names = (await readdir(source.path)).sort();
  const wanted = names.filter(isModelFile);
  if (!wanted.some((name) => name.endsWith('.safetensors'))) {
    const pickle = names.find(isPickle);
    if (pickle !== undefined) throw uploadErrors.pickled({ name: pickle });
    throw importErrors.noModel({ lacks: 'safetensors' });
  }
  if (wanted.length > modelLimits.entries) throw uploadErrors.tooMany({ limit: modelLimits.entries });
  const files: ReceivedFile[] = [];
  for (const [done, name] of wanted.entries()) {
    onProgress({ phase: 'COPY', done, total: wanted.length });
    const path = join(source.path, name);
    const { size } = await stat(path);
    const limit = isJson(name) ? modelLimits.jsonBytes : modelLimits.bytes;
    if (size > limit) throw uploadErrors.tooLarge({ what: name, limit });
    files.push({ name, ...(await receiveStream(createReadStream(path), join(folder, name), { signal })) });
  }
  return files;
}
