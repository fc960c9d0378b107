/**
 * The table of characters that SentencePiece compiles into a model (`precompiled_charsmap` in tokenizer.json: for T5 nmt_nfkc), applied as the Rust core applies it: text is
 * taken grapheme by grapheme; one of at most five bytes is looked up whole, else, and where that finds nothing, each of its characters is. What is looked up is replaced by the
 * entry of the shortest prefix that the table has. The library that we use approximates this by NFKC, which differs for some characters.
 */
export interface CharacterMap {
  apply(text: string): string;
}

/**
 * @param encoded base64 of: the length of a double-array trie in bytes (32-bit, little-endian), the trie (Darts-clone), replacements that end in NUL
 * @throws RangeError where the table does not hold what it says
 */
export function parseCharacterMap(encoded: string): CharacterMap {
  const bytes = Buffer.from(encoded, 'base64');
  const trieBytes = bytes.length >= 4 ? bytes.readUInt32LE(0) : -1;
  if (trieBytes < 4 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) {
    throw new RangeError(`its table of characters has ${bytes.length} bytes, of which ${trieBytes} were to be a trie`);
  }
  const trie = new Uint32Array(trieBytes / 4);
  for (let i = 0; i < trie.length; i += 1) trie[i] = bytes.readUInt32LE(4 + 4 * i);
  const replacements = bytes.subarray(4 + trieBytes);
  const known = new Map<string, string | undefined>();
  const look = (text: string): string | undefined => {
    if (known.has(text)) return known.get(text);
    const at = findShortestPrefix(trie, Buffer.from(text, 'utf8'));
    const end = at === undefined ? -1 : replacements.indexOf(0, at);
    const found = at === undefined ? undefined : replacements.toString('utf8', at, end < 0 ? undefined : end);
    if (known.size < MOST_KNOWN) known.set(text, found);
    return found;
  };
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const each = (character: string): string => look(character) ?? character;
  return {
    apply(text) {
      // One grapheme each: no need to look for them.
      if (PLAIN.test(text)) return Array.from(text, each).join('');
      let out = '';
      for (const { segment } of segmenter.segment(text)) {
        const whole = Buffer.byteLength(segment) < 6 ? look(segment) : undefined;
        out += whole ?? Array.from(segment, each).join('');
      }
      return out;
    },
  };
}

const PLAIN = /^[\x20-\x7e]*$/;
/** Looked-up graphemes that are kept: all of a language's, none of an attacker's. */
const MOST_KNOWN = 20_000;

/** The value of the shortest key that the text begins with. */
function findShortestPrefix(trie: Uint32Array, key: Uint8Array): number | undefined {
  let at = offsetOf(trie[0]!);
  for (const byte of key) {
    if (byte === 0) return undefined;
    at ^= byte;
    const unit = trie[at];
    if (unit === undefined || (unit & LABEL) !== byte) return undefined;
    at ^= offsetOf(unit);
    const hasLeaf = (unit >>> 8) & 1;
    if (hasLeaf === 1) {
      const value = trie[at];
      return value === undefined ? undefined : value & VALUE;
    }
  }
  return undefined;
}

/** A leaf has its highest bit set, so that it never equals a byte. */
const LABEL = 0x800000ff | 0;
const VALUE = 0x7fffffff;

const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
