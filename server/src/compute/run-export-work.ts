import { rm } from 'node:fs/promises';
import { exportPeftFolder, openAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { openCheckpoint, writeMergedModel } from '@crucible/engine/checkpoints';
import type { ExportLoss } from '../entities/export-run.js';
import type { ComputeContext } from './compute-context.js';
import type { ExportResult, ExportWork } from './export-protocol.js';
import { listFiles } from './list-files.js';

/** Writes an adapter as other programs read it; equal work gives equal bytes. On failure nothing is left in the folder. */
export async function runExportWork(work: ExportWork, context: ComputeContext): Promise<ExportResult> {
  const adapter = await openAdapter(work.adapter);
  try {
    const loss =
      work.format === 'PEFT' ? await writePeft(work, adapter, context) : await writeModel(work, adapter, context);
    return { kind: 'EXPORT', outputFolder: work.outputFolder, files: await listFiles(work.outputFolder), loss };
  } catch (error) {
    await rm(work.outputFolder, { recursive: true, force: true });
    throw error;
  } finally {
    await adapter.close();
  }
}

async function writePeft(
  { outputFolder, base, taskType, maxRank, dtype }: ExportWork,
  adapter: AdapterFile,
  { signal, onProgress }: ComputeContext,
): Promise<ExportLoss> {
  const { rank, truncated, relativeError, worst } = await exportPeftFolder(adapter, outputFolder, {
    baseModel: base.name,
    ...(base.revision === null ? {} : { baseRevision: base.revision }),
    ...(taskType === null ? {} : { taskType }),
    ...(maxRank === null ? {} : { maxRank }),
    ...(dtype === null ? {} : { dtype }),
    signal,
    onProgress: (done, total) => onProgress({ phase: 'WRITE', done, total }),
  });
  return {
    outputRank: rank,
    relativeError,
    truncatedModules: truncated,
    worstModule: worst?.module ?? null,
    worstError: worst?.relativeError ?? null,
  };
}

async function writeModel(
  { outputFolder, base: { folder }, dtype, maxShardBytes }: ExportWork,
  adapter: AdapterFile,
  { signal, onProgress }: ComputeContext,
): Promise<ExportLoss> {
  const base = await openCheckpoint(folder);
  try {
    const { roundingError } = await writeMergedModel({
      base,
      adapter,
      outputFolder,
      dtype: dtype ?? 'KEEP',
      ...(maxShardBytes === null ? {} : { maxShardBytes }),
      // The adapter says what changes; where the base ties two embeddings and only one changes, both must be stored.
      tied: 'UNTIE',
      signal,
      onProgress: (progress) => onProgress({ phase: 'WRITE', ...progress }),
    });
    return {
      outputRank: null,
      relativeError: roundingError,
      truncatedModules: 0,
      worstModule: null,
      worstError: null,
    };
  } finally {
    await base.close();
  }
}
