import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openTask, unpackTask, type TaskFile } from '@crucible/engine/tasks';

/** Opens a packed task of the workspace, unpacking it into `folder` first. */
export async function openDemoTask(workspace: string, name: string, folder: string): Promise<TaskFile> {
  const packed = join(workspace, 'tasks', name, 'data.safetensors.br');
  const { mtimeMs } = await stat(packed);
  await mkdir(folder, { recursive: true });
  // A task that was made anew has another time, and so another name.
  const path = join(folder, `${name}-${Math.floor(mtimeMs)}.safetensors`);
  if ((await stat(path).catch(() => undefined)) === undefined) await unpackTask(packed, path);
  return openTask(path);
}
