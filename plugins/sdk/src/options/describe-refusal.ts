import type { z } from 'zod';

type Refusal = z.core.$ZodRawIssue;

/** Longest text of a caller's that a message repeats. */
const QUOTED = 60;

const NAMES: Readonly<Record<string, string>> = {
  number: 'a finite number',
  int: 'a whole number',
  safeint: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/**
 * A refusal of a schema as a clause of what was got and what would be right: `got 3, expected at most 1`. For the places where options are parsed: what a
 * strategy's own rules say in words of their own stays as it is (zod asks those first).
 */
export function describeRefusal(refusal: Refusal): string | undefined {
  const { code, input } = refusal;
  if (code === 'too_big' || code === 'too_small') {
    const least = code === 'too_small';
    const bound = least ? refusal.minimum : refusal.maximum;
    // A range that is open at its end: z.number().gt(0).
    const open = refusal.inclusive === false;
    const than = least ? (open ? 'more than' : 'at least') : open ? 'less than' : 'at most';
    return `got ${amountOf(input)}, expected ${than} ${String(bound)}`;
  }
  if (code === 'not_multiple_of') return `got ${quote(input)}, expected a multiple of ${String(refusal.divisor)}`;
  if (code === 'invalid_value') return `got ${quote(input)}, expected ${refusal.values.map(String).join(', ')}`;
  if (code === 'unrecognized_keys') return `unknown: ${refusal.keys.join(', ')}`;
  if (code !== 'invalid_type') return undefined;
  if (input === undefined) return `missing, expected ${nameOf(refusal.expected)}`;
  return `got ${quote(input)}, expected ${nameOf(refusal.expected)}`;
}

const nameOf = (type: string): string => NAMES[type] ?? type;

/** A number as it is; of text and lists how long they are. */
function amountOf(input: unknown): string {
  if (typeof input === 'string') return `${input.length} characters`;
  if (Array.isArray(input)) return input.length === 1 ? '1 entry' : `${input.length} entries`;
  return quote(input);
}

function quote(input: unknown): string {
  if (typeof input === 'number' || typeof input === 'bigint') return String(input);
  if (typeof input === 'object' && input !== null) return Array.isArray(input) ? 'a list' : 'an object';
  const text = JSON.stringify(input) ?? typeof input;
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}
