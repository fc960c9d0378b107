import { openTask, openTextTask, readTaskKind } from '@crucible/engine/tasks';
import type { TaskFacts } from './task-import-protocol.js';

/** What a task's file says of itself, whatever its examples are. */
export async function taskFacts(path: string): Promise<TaskFacts> {
  if ((await readTaskKind(path)) === 'TEXT') {
    const task = await openTextTask(path);
    try {
      const { manifest, counts } = task;
      const { name, title, description, metric, answer, fields, prompts, classes, licence, source } = manifest;
      return {
        kind: 'TEXT',
        name,
        title,
        description,
        metric,
        answer,
        fields,
        prompts,
        classes,
        licence,
        source,
        counts,
      };
    } finally {
      await task.close();
    }
  }
  const task = await openTask(path);
  try {
    const { name, title, description, metric, classes, licence, source } = task.manifest;
    const nothing = { answer: 'CLASS', fields: [], prompts: [] } as const;
    return {
      kind: 'IMAGE',
      ...nothing,
      name,
      title,
      description,
      metric,
      classes,
      licence,
      source,
      counts: task.counts,
    };
  } finally {
    await task.close();
  }
}
