import { writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { digestModel, openFrame } from '@crucible/engine/adapters';
import { TASKS } from '../data/task-list.js';
import { cacheDirectory } from '../paths.js';
import { METHODS, RUNS } from '../train/recipe.js';
import { hashFile } from './hash-file.js';
import { adapterPath, framePath, headPath } from './layout.js';
import type { DemoWorkspaceManifest, ListedFile } from './manifest.js';
import { openDemoTask } from './open-demo-task.js';

/** Lists what the workspace holds, as it lies there now. */
export async function writeWorkspaceManifest(workspace: string): Promise<void> {
  const list = async (path: string): Promise<ListedFile> => ({
    file: relative(workspace, path).split(sep).join('/'),
    sha256: await hashFile(path),
  });
  const { seed } = RUNS[0];
  const names = TASKS.map(({ name }) => name);
  const frame = await openFrame(framePath(seed));
  await frame.close();
  const base = join(workspace, 'base');
  const manifest: DemoWorkspaceManifest = {
    version: 1,
    name: 'demo',
    base: {
      name: 'Clean-print ViT',
      folder: 'base',
      digest: await digestModel(base),
      files: [await list(join(base, 'config.json')), await list(join(base, 'model.safetensors'))],
    },
    tasks: await Promise.all(
      names.map(async (name) => {
        const task = await openDemoTask(workspace, name, join(cacheDirectory, 'unpacked'));
        await task.close();
        const file = await list(join(workspace, 'tasks', name, 'data.safetensors.br'));
        return { name, ...file, unpackedSha256: task.digest };
      }),
    ),
    heads: await Promise.all(names.map(async (task) => ({ task, ...(await list(headPath(workspace, task))) }))),
    frames: [{ name: 'demo', ...(await list(frame.path)), digest: frame.digest }],
    adapters: await Promise.all(
      METHODS.flatMap((method) =>
        names.map(async (task) => ({ task, method, seed, ...(await list(adapterPath(method, task, seed))) })),
      ),
    ),
    documents: [await list(join(workspace, 'LICENSES.md')), await list(join(workspace, 'figures.json'))],
  };
  await writeFile(join(workspace, 'workspace.json'), `${JSON.stringify(manifest, null, 1)}\n`);
}
