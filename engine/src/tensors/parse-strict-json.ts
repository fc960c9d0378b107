import { isUtf8 } from 'node:buffer';
import { tensorErrors } from './errors.js';
import { JsonScanner } from './json-scanner.js';

export type StrictJson = null | boolean | number | string | readonly StrictJson[] | ReadonlyMap<string, StrictJson>;

/**
 * Parses JSON that somebody else wrote: duplicate keys, lone surrogates, deep nesting and anything outside JSON's grammar are refused,
 * and objects come as Maps, so that no key can mean anything to JavaScript.
 */
export function parseStrictJson(file: string, bytes: Uint8Array): StrictJson {
  if (!isUtf8(bytes)) throw tensorErrors.headerNotUtf8({ file });
  const scanner = new JsonScanner(file, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const value = parseValue(scanner, 1);
  scanner.expectEnd();
  return value;
}

function parseValue(scanner: JsonScanner, depth: number): StrictJson {
  scanner.checkDepth(depth);
  switch (scanner.peek()) {
    case 0x7b: {
      const object = new Map<string, StrictJson>();
      scanner.object('an object', (key) => void object.set(key, parseValue(scanner, depth + 1)));
      return object;
    }
    case 0x5b: {
      const array: StrictJson[] = [];
      scanner.array(() => void array.push(parseValue(scanner, depth + 1)));
      return array;
    }
    case 0x22:
      return scanner.string();
    default:
      if (scanner.literal('true')) return true;
      if (scanner.literal('false')) return false;
      if (scanner.literal('null')) return null;
      return scanner.number();
  }
}
