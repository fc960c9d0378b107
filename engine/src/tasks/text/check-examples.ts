import { taskErrors } from '../errors.js';
import { taskLimits } from '../limits.js';
import { checkLabels } from '../open-task.js';
import type { Split } from '../task.js';
import type { TextExamples, TextTaskManifest } from './text-task.js';

/** Checks the number of examples of a split: `train` may be empty. */
export function checkCount(file: string, split: Split, count: number): void {
  const least = split === 'train' ? 0 : 1;
  if (Number.isSafeInteger(count) && count >= least && count <= taskLimits.examples) return;
  const rule = `it must have ${least} to ${taskLimits.examples} examples, got ${count}`;
  throw taskErrors.splitInvalid({ file, split, rule });
}

/** Checks that every field has a text for every example, and that answers are of the task's form. */
export function checkTextExamples(
  file: string,
  split: Split,
  examples: TextExamples,
  { fields, answer: form, classes }: TextTaskManifest,
): void {
  const { count, texts, answer } = examples;
  const invalid = (rule: string) => taskErrors.splitInvalid({ file, split, rule });
  checkCount(file, split, count);
  if ([...texts.keys()].join() !== fields.join()) {
    throw invalid(`its fields are ${[...texts.keys()].join(', ')}, those of the task ${fields.join(', ')}`);
  }
  for (const [field, values] of texts) {
    if (values.length !== count) throw invalid(`it has ${count} examples and ${values.length} texts "${field}"`);
  }
  if (answer.form !== form) throw invalid(`its answers are of the form ${answer.form}, the task has ${form}`);
  const answers = answer.form === 'CLASS' ? answer.labels : answer.form === 'NUMBER' ? answer.numbers : answer.texts;
  if (answers.length !== count) throw invalid(`it has ${count} examples and ${answers.length} answers`);
  if (answer.form === 'CLASS') checkLabels(file, split, answer.labels, classes.length);
  if (answer.form === 'NUMBER') {
    const position = answer.numbers.findIndex((x) => !Number.isFinite(x));
    if (position >= 0) throw invalid(`the number of example ${position} is ${answer.numbers[position]}`);
  }
}
