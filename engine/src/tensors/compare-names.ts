const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Orders names by their UTF-8 bytes, as the reference implementation does; JavaScript's own order differs beyond U+FFFF. */
export function compareNames(x: string, y: string): number {
  if (BEYOND_ASCII.test(x) || BEYOND_ASCII.test(y)) return Buffer.compare(Buffer.from(x), Buffer.from(y));
  return x < y ? -1 : x > y ? 1 : 0;
}
