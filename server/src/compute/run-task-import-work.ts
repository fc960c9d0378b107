import { rm } from 'node:fs/promises';
import { importImageTask, importTextTask } from '@crucible/engine/datasets';
import type { ComputeContext } from './compute-context.js';
import { taskFacts } from './task-facts.js';
import type { TaskImportResult, TaskImportWork } from './task-import-protocol.js';

/** Makes a task of files. On failure nothing is left of it. */
export async function runTaskImportWork(
  { recipe, outputPath: path }: TaskImportWork,
  { signal, onProgress }: ComputeContext,
): Promise<TaskImportResult> {
  try {
    // How many rows there are is known when the last was read.
    const options = { signal, onProgress: (rows: number) => onProgress({ phase: 'READ', done: rows, total: rows }) };
    const { digest, byteLength, dropped } =
      recipe.kind === 'TEXT'
        ? await importTextTask(path, recipe, options)
        : await importImageTask(path, recipe, options);
    return { kind: 'TASK_IMPORT', path, digest, byteLength, dropped, task: await taskFacts(path) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
