import { createHash } from 'node:crypto';
import type { TextExamples } from './text-task.js';

/**
 * What tells an example from another: SHA-256 over its texts, field by field, after Unicode's NFC and with every run of white space as one space. So a copy that
 * differs in spacing or composition does not pass for another example; its answer is no part of it.
 */
export function hashExample(texts: Iterable<string>): string {
  const told = Array.from(texts, (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim());
  return createHash('sha256').update(JSON.stringify(told)).digest('base64');
}

/** The texts of one example, in the order of the fields. */
export function textsAt({ texts }: Pick<TextExamples, 'texts'>, position: number): string[] {
  return Array.from(texts.values(), (values) => values[position]!);
}
