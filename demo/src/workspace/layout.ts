import { join } from 'node:path';
import type { TrainedMethod } from '@crucible/engine/training';
import { cacheDirectory, workspaceDirectory } from '../paths.js';
import { FOLDERS, RUNS } from '../train/recipe.js';

/** The first seed's files are shipped, the others stay in the cache, where the figures find them. */
const rootOf = (seed: number): string =>
  seed === RUNS[0].seed ? workspaceDirectory : join(cacheDirectory, `seed-${seed}`);

export const headPath = (workspace: string, task: string): string => join(workspace, 'tasks', task, 'head.safetensors');
export const framePath = (seed: number): string => join(rootOf(seed), 'frames', 'demo.safetensors');
export const adapterPath = (method: TrainedMethod, task: string, seed: number): string =>
  join(rootOf(seed), 'adapters', FOLDERS[method], `${task}.safetensors`);
