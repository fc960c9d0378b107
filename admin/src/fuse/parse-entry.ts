import type { OptionDescription, OptionType } from './option-description';

/** What is wrong with a text, as a key of `crucible.fuse.wrong` and what its message names. */
export interface Wrong {
  readonly key: 'number' | 'whole' | 'choice' | 'range' | 'required' | 'length';
  readonly values?: Readonly<Record<string, string | number>>;
}

export type Parsed = { readonly value: unknown } | { readonly wrong: Wrong };

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number as people write it: `0.2`, `.5`, `1e-5`, with a comma as German does. Nothing that JavaScript alone takes for one (`0x10`, `Infinity`, blanks). */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  const value = DECIMAL.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

type Bounds = Pick<OptionDescription, 'min' | 'max' | 'greaterThan' | 'lessThan'>;

function isWithin(value: number, { min, max, greaterThan, lessThan }: Bounds): boolean {
  return (
    (min === null || value >= min) &&
    (max === null || value <= max) &&
    (greaterThan === null || value > greaterThan) &&
    (lessThan === null || value < lessThan)
  );
}

/** One text as a value of a type; the server checks again, and more. */
export function parseScalar(text: string, type: OptionType, option: OptionDescription): Parsed {
  if (type === 'STRING') return { value: text };
  if (type === 'BOOLEAN') return text === 'true' || text === 'false' ? { value: text === 'true' } : wrong('choice');
  if (type === 'ENUM') return option.values?.includes(text) ? { value: text } : wrong('choice');
  const value = parseNumber(text);
  if (value === undefined) return wrong('number', { text });
  if (type === 'INT' && !Number.isSafeInteger(value)) return wrong('whole', { text });
  return isWithin(value, option) ? { value } : wrong('range', { text, range: option.range });
}

/** Items are apart by commas or blanks, or by semicolons: only then may a number in them have a decimal comma. Brackets around them do no harm. */
export function splitItems(text: string): readonly string[] {
  const inner = text.trim().replace(/^\[|\]$/g, '');
  return inner
    .split(inner.includes(';') ? ';' : /[\s,]+/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A list of scalars typed into one field. */
export function parseList(text: string, option: OptionDescription): Parsed {
  const items = splitItems(text);
  const { minLength, maxLength, itemType } = option;
  if ((minLength !== null && items.length < minLength) || (maxLength !== null && items.length > maxLength)) {
    return wrong('length', { range: option.range });
  }
  const values: unknown[] = [];
  for (const item of items) {
    const parsed = parseScalar(item, itemType ?? 'STRING', option);
    if ('wrong' in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
}

const wrong = (key: Wrong['key'], values?: Wrong['values']): Parsed => ({
  wrong: { key, ...(values ? { values } : {}) },
});
