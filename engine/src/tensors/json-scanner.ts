import type { CrucibleError } from '../errors/index.js';
import { tensorErrors } from './errors.js';
import { isWellFormed } from './is-well-formed.js';
import { tensorLimits } from './limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MAX_U64 = 2n ** 64n - 1n;
const ESCAPES: ReadonlyMap<number, string> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([escape, character]) => [escape.charCodeAt(0), character],
  ),
);

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * A strict JSON scanner over UTF-8 bytes that the caller has checked to be UTF-8.
 *
 * Keeps what `JSON.parse` loses: duplicate keys are refused after unescaping, integers are exact to 64 bits, positions are known,
 * and half surrogate pairs are refused. It reads what the caller asks for and nothing else, so depth is bounded by the caller.
 */
export class JsonScanner {
  position = 0;

  constructor(
    readonly file: string,
    private readonly bytes: Buffer,
  ) {}

  /** Next byte that is not white space, without taking it; NaN at the end. */
  peek(): number {
    let byte = this.bytes[this.position];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = this.bytes[++this.position];
    return byte ?? Number.NaN;
  }

  /** What stands at the position, for messages. */
  describe(): string {
    this.peek();
    if (this.position >= this.bytes.length) return 'the end';
    return JSON.stringify(this.bytes.toString('utf8', this.position, this.position + 24));
  }

  syntaxError(expected: string): CrucibleError {
    return tensorErrors.jsonSyntax({ file: this.file, position: this.position, expected, got: this.describe() });
  }

  /** Takes the character if it comes next. */
  accept(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false;
    this.position += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.accept(character)) throw this.syntaxError(JSON.stringify(character));
  }

  /** Nothing but white space may follow. */
  expectEnd(): void {
    if (!Number.isNaN(this.peek())) throw this.syntaxError('the end');
  }

  /** Calls `visit` at each value of the object that comes next. Keys are unique, compared after unescaping. */
  object(within: string, visit: (key: string) => void): void {
    this.expect('{');
    if (this.accept('}')) return;
    const seen = new Set<string>();
    do {
      const key = this.string();
      if (seen.has(key)) throw tensorErrors.duplicateKey({ file: this.file, key, within });
      seen.add(key);
      this.expect(':');
      visit(key);
    } while (this.accept(','));
    this.expect('}');
  }

  /** Calls `visit` at each value of the array that comes next. */
  array(visit: (index: number) => void): void {
    this.expect('[');
    if (this.accept(']')) return;
    let index = 0;
    do visit(index++);
    while (this.accept(','));
    this.expect(']');
  }

  isString(): boolean {
    return this.peek() === QUOTE;
  }

  string(): string {
    if (!this.isString()) throw this.syntaxError('a string');
    const start = ++this.position;
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === QUOTE) return this.bytes.toString('utf8', start, this.position++);
      if (byte === BACKSLASH) return this.escapedString(start);
      if (byte === undefined || byte < 0x20) throw this.syntaxError('a character of a string');
      this.position += 1;
    }
  }

  private escapedString(start: number): string {
    const parts: string[] = [];
    let from = start;
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte === undefined || byte < 0x20) throw this.syntaxError('a character of a string');
      if (byte !== QUOTE && byte !== BACKSLASH) {
        this.position += 1;
        continue;
      }
      parts.push(this.bytes.toString('utf8', from, this.position));
      this.position += 1;
      if (byte === QUOTE) break;
      parts.push(this.escape());
      from = this.position;
    }
    const text = parts.join('');
    if (!isWellFormed(text)) throw tensorErrors.jsonSurrogate({ file: this.file, position: start });
    return text;
  }

  private escape(): string {
    const byte = this.bytes[this.position] ?? Number.NaN;
    const simple = ESCAPES.get(byte);
    if (simple !== undefined) {
      this.position += 1;
      return simple;
    }
    const digits = this.bytes.toString('latin1', this.position + 1, this.position + 5);
    if (byte !== 0x75 || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.syntaxError('an escape');
    this.position += 5;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  /**
   * A non-negative integer below 2^64 without sign, fraction, exponent or leading zero; `undefined` where anything else stands.
   * Exact: a bigint where a double could not hold it.
   */
  unsignedInteger(): number | bigint | undefined {
    this.peek();
    const start = this.position;
    let end = start;
    while (isDigit(this.bytes[end] ?? 0)) end += 1;
    const next = this.bytes[end];
    if (end === start || end - start > 20 || (end - start > 1 && this.bytes[start] === 0x30)) return undefined;
    if (next === 0x2e || next === 0x65 || next === 0x45) return undefined;
    this.position = end;
    const digits = this.bytes.toString('latin1', start, end);
    if (end - start <= 15) return Number(digits);
    const value = BigInt(digits);
    if (value > MAX_U64) {
      this.position = start;
      return undefined;
    }
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** Any number of JSON's grammar, as a finite double. */
  number(): number {
    this.peek();
    const start = this.position;
    let end = start;
    while (end - start < 400 && /[-+.0-9eE]/.test(String.fromCharCode(this.bytes[end] ?? 0))) end += 1;
    const text = this.bytes.toString('latin1', start, end);
    const value = Number(text);
    if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/.test(text) || !Number.isFinite(value)) {
      throw this.syntaxError('a finite number');
    }
    this.position = end;
    return value;
  }

  /** `word` if it comes next: true, false or null. */
  literal(word: 'true' | 'false' | 'null'): boolean {
    this.peek();
    if (this.bytes.toString('latin1', this.position, this.position + word.length) !== word) return false;
    this.position += word.length;
    return true;
  }

  checkDepth(depth: number): void {
    if (depth <= tensorLimits.jsonDepth) return;
    throw tensorErrors.jsonDepth({ file: this.file, position: this.position, limit: tensorLimits.jsonDepth });
  }
}
