import type { ConfigReader } from '../read-config.js';

/** End tokens that a configuration may name; Llama 3 has three. */
const MOST_TOKENS = 64;

/** Ids of tokens in a configuration: one, a list, or none. */
export function readTokens(
  { json, fail }: ConfigReader,
  field: string,
  vocabulary: number,
  fallback: readonly number[] = [],
): readonly number[] {
  const got = json[field] ?? fallback;
  const list: readonly unknown[] = Array.isArray(got) ? got : [got];
  const isToken = (id: unknown): id is number =>
    typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < vocabulary;
  if (list.length <= MOST_TOKENS && list.every(isToken)) return list;
  throw fail(field, got, `at most ${MOST_TOKENS} ids below ${vocabulary}`);
}

/** Refuses a field that has any other value than the one that is computed. */
export function requireValue({ json, fail }: ConfigReader, field: string, value: unknown): void {
  const got = json[field] ?? value;
  if (got !== value) throw fail(field, got, JSON.stringify(value));
}

/** A number above 0. */
export function readPositive(reader: ConfigReader, field: string, fallback?: number): number {
  const got = reader.number(field, fallback);
  if (got > 0) return got;
  throw reader.fail(field, got, 'a number above 0');
}
