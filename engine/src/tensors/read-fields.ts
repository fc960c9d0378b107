import type { StrictJson } from './parse-strict-json.js';

/** Takes the fields of a JSON object one by one, checks each, and refuses what nobody asked for. */
export interface FieldReader {
  has(name: string): boolean;
  string(name: string, maxLength?: number): string;
  /** A finite number. */
  number(name: string): number;
  integer(name: string, least: number, most: number): number;
  strings(name: string, maxCount: number, maxLength?: number): readonly string[];
  map(name: string): ReadonlyMap<string, StrictJson>;
  /** Throws if the object has a field that was not taken. */
  finish(): void;
}

const DEFAULT_LENGTH = 10_000;

/** @param invalid makes the error of a broken rule. */
export function readFields(value: StrictJson, invalid: (rule: string) => Error): FieldReader {
  if (!isJsonObject(value)) throw invalid('it must be a JSON object');
  const taken = new Set<string>();
  const take = (name: string): StrictJson | undefined => {
    taken.add(name);
    return value.get(name);
  };
  const text = (name: string, got: StrictJson | undefined, maxLength: number): string => {
    if (typeof got !== 'string') throw invalid(`${name} must be a string`);
    if (got.length > maxLength) throw invalid(`${name} has ${got.length} characters, at most ${maxLength} are allowed`);
    return got;
  };
  const number = (name: string): number => {
    const got = take(name);
    if (typeof got !== 'number') throw invalid(`${name} must be a number`);
    return got;
  };
  return {
    has: (name) => value.has(name),
    string: (name, maxLength = DEFAULT_LENGTH) => text(name, take(name), maxLength),
    number,
    integer(name, least, most) {
      const got = number(name);
      if (Number.isSafeInteger(got) && got >= least && got <= most) return got;
      throw invalid(`${name} must be an integer from ${least} to ${most}, got ${got}`);
    },
    strings(name, maxCount, maxLength = DEFAULT_LENGTH) {
      const got = take(name);
      if (!Array.isArray(got)) throw invalid(`${name} must be an array of strings`);
      if (got.length > maxCount) throw invalid(`${name} has ${got.length} entries, at most ${maxCount} are allowed`);
      return got.map((entry: StrictJson, index) => text(`${name}[${index}]`, entry, maxLength));
    },
    map(name) {
      const got = take(name);
      if (got === undefined || !isJsonObject(got)) throw invalid(`${name} must be an object`);
      return got;
    },
    finish() {
      for (const name of value.keys())
        if (!taken.has(name)) throw invalid(`it has the unknown field ${JSON.stringify(name)}`);
    },
  };
}

export function isJsonObject(value: StrictJson): value is ReadonlyMap<string, StrictJson> {
  return value instanceof Map;
}
