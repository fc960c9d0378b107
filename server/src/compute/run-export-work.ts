import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exportPeftFolder, openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { openCheckpoint, writeMergedModel } from '@crucible/engine/checkpoints';
import { hashFile } from '../blobs/index.js';
import type { ExportedFileRecord } from '../entities/export-run.js';
import type { ComputeContext } from './compute-context.js';
import type { ExportResult, ExportWork } from './export-protocol.js';

/** Writes an adapter as other programs read it; equal work gives equal bytes. On failure nothing is left in the folder. */
export async function runExportWork(work: ExportWork, context: ComputeContext): Promise<ExportResult> {
  const adapter = await openAdapter(work.adapter);
  try {
    const loss = work.format === 'PEFT' ? await writePeft(work, adapter) : await writeModel(work, adapter, context);
    return { kind: 'EXPORT', outputFolder: work.outputFolder, files: await listFiles(work.outputFolder), loss };
  } catch (error) {
    await rm(work.outputFolder, { recursive: true, force: true });
    throw error;
  } finally {
    await adapter.close();
  }
}

async function writePeft(work: ExportWork, adapter: AdapterFile): Promise<ExportResult['loss']> {
  await exportPeftFolder(adapter, work.outputFolder, { baseModel: work.base.name });
  return null;
}

async function writeModel(
  work: ExportWork,
  adapter: AdapterFile,
  { signal, onProgress }: ComputeContext,
): Promise<null> {
  const base = await openCheckpoint(work.base.folder);
  try {
    await writeMergedModel({
      base,
      adapter,
      outputFolder: work.outputFolder,
      dtype: work.dtype ?? 'KEEP',
      ...(work.maxShardBytes === null ? {} : { maxShardBytes: work.maxShardBytes }),
      // The adapter says what changes; where the base ties two embeddings and only one changes, both must be stored.
      tied: 'UNTIE',
      signal,
      onProgress: (progress) => onProgress({ phase: 'WRITE', ...progress }),
    });
    return null;
  } finally {
    await base.close();
  }
}

async function listFiles(folder: string): Promise<readonly ExportedFileRecord[]> {
  const files: ExportedFileRecord[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!(await stat(join(folder, name))).isFile()) continue;
    const { digest, byteLength } = await hashFile(join(folder, name));
    files.push({ name, byteLength, sha256: digest });
  }
  return files;
}
