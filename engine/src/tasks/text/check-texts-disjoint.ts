import { taskErrors } from '../errors.js';
import { SPLITS, type Split } from '../task.js';
import { hashExample, textsAt } from './hash-example.js';
import type { TextExamples, TextTaskFile } from './text-task.js';

/** Refuses a task in which one example is in two splits, whatever its answer: `TASK_SPLITS_OVERLAP`. Copies within one split are allowed. */
export async function checkTextsDisjoint(task: Pick<TextTaskFile, 'path' | 'readSplit'>): Promise<void> {
  const splits = { train: await task.readSplit('train'), validation: await task.readSplit('validation') };
  checkTextSplitsDisjoint(task.path, { ...splits, test: await task.readSplit('test') });
}

/** The same for splits that are in memory. */
export function checkTextSplitsDisjoint(file: string, splits: Readonly<Record<Split, TextExamples>>): void {
  const seen = new Map<string, { readonly split: Split; readonly position: number }>();
  let count = 0;
  let found: { first: Split; firstPosition: number; second: Split; secondPosition: number } | undefined;
  for (const split of SPLITS) {
    for (let position = 0; position < splits[split].count; position += 1) {
      const digest = hashExample(textsAt(splits[split], position));
      const other = seen.get(digest);
      if (other === undefined) seen.set(digest, { split, position });
      else if (other.split !== split) {
        count += 1;
        found ??= { first: other.split, firstPosition: other.position, second: split, secondPosition: position };
      }
    }
  }
  if (found !== undefined) throw taskErrors.splitsOverlap({ file, ...found, count });
}
