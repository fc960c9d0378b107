import { createHash } from 'node:crypto';
import { taskErrors } from './errors.js';
import { SPLITS, type Examples, type Split, type TaskFile } from './task.js';

/**
 * Refuses a task in which one image is in two splits: `TASK_SPLITS_OVERLAP`. Images are compared by the SHA-256 of their pixels, whatever
 * their labels, so that a copy with another label does not pass. Copies within one split are allowed.
 */
export async function checkDisjoint(task: Pick<TaskFile, 'path' | 'readSplit'>): Promise<void> {
  const checker = createOverlapChecker(task.path);
  for (const split of SPLITS) checker.add(split, await task.readSplit(split));
  checker.finish();
}

/** The same for splits that are in memory. */
export function checkSplitsDisjoint(file: string, splits: Readonly<Record<Split, Examples>>): void {
  const checker = createOverlapChecker(file);
  for (const split of SPLITS) checker.add(split, splits[split]);
  checker.finish();
}

function createOverlapChecker(file: string) {
  const seen = new Map<string, { readonly split: Split; readonly position: number }>();
  let count = 0;
  let found: { first: Split; firstPosition: number; second: Split; secondPosition: number } | undefined;
  return {
    add(split: Split, { count: examples, pixels }: Examples): void {
      const bytes = examples === 0 ? 0 : pixels.length / examples;
      for (let position = 0; position < examples; position += 1) {
        const image = pixels.subarray(position * bytes, (position + 1) * bytes);
        const digest = createHash('sha256').update(image).digest('base64');
        const other = seen.get(digest);
        if (other === undefined) seen.set(digest, { split, position });
        else if (other.split !== split) {
          count += 1;
          found ??= { first: other.split, firstPosition: other.position, second: split, secondPosition: position };
        }
      }
    },
    finish(): void {
      if (found !== undefined) throw taskErrors.splitsOverlap({ file, ...found, count });
    },
  };
}
