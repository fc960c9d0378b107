import { createHash } from 'node:crypto';
import { randomErrors } from './errors.js';
import { philox4x32 } from './philox.js';

export type RandomKey = readonly (string | number)[];

/**
 * Randomness that depends on its key alone: element i of the stream (seed, key) is the same number whatever was drawn before, by whom, and in what
 * pieces. Streams of two keys, two seeds or two distributions are independent.
 */
export interface KeyedRandom {
  /** Multiples of 2⁻²⁴ in [0, 1), exact in float32, for elements `offset … offset + count - 1`. */
  uniform(key: RandomKey, count: number, offset?: number): Float32Array<ArrayBuffer>;
  /** Standard normal numbers by Box and Muller's transform in float64, rounded to float32; |x| ≤ 6.7. */
  normal(key: RandomKey, count: number, offset?: number): Float32Array<ArrayBuffer>;
  /** Integers in [0, bound), bound ≤ 2⁴⁸; no value is more than bound·2⁻⁵³ likelier than another. */
  integers(key: RandomKey, count: number, bound: number, offset?: number): Float64Array<ArrayBuffer>;
  /** The numbers 0 … n - 1 in random order (Fisher and Yates). */
  permutation(key: RandomKey, n: number): Uint32Array<ArrayBuffer>;
}

type Words = Uint32Array<ArrayBuffer>;
const WORDS_PER_BLOCK = 4;
const TWO_32 = 2 ** 32;

/** Words `begin … end - 1` of the stream of a distribution, seed and key: SHA-256 of those names gives Philox's key and upper counter. */
function drawWords(kind: string, seed: number, key: RandomKey, begin: number, end: number): Words {
  const hash = createHash('sha256')
    .update(JSON.stringify(['crucible-random-1', kind, seed, ...key]))
    .digest();
  const [k0, k1, c2, c3] = [0, 4, 8, 12].map((at) => hash.readUInt32LE(at)) as [number, number, number, number];
  const firstBlock = Math.floor(begin / WORDS_PER_BLOCK);
  const lastBlock = Math.ceil(end / WORDS_PER_BLOCK);
  const words = new Uint32Array((lastBlock - firstBlock) * WORDS_PER_BLOCK);
  for (let block = firstBlock; block < lastBlock; block += 1) {
    const at = (block - firstBlock) * WORDS_PER_BLOCK;
    philox4x32(block >>> 0, Math.floor(block / TWO_32), c2, c3, k0, k1, words, at);
  }
  const from = begin - firstBlock * WORDS_PER_BLOCK;
  return words.subarray(from, from + end - begin);
}

function checkKey(seed: number, key: RandomKey): void {
  for (const part of [seed, ...key]) {
    if (typeof part === 'string' || Number.isFinite(part)) continue;
    throw randomErrors.keyInvalid({ got: String(part) });
  }
}

function checkWhole(what: string, got: number, least: number, most: number): void {
  if (!Number.isSafeInteger(got) || got < least || got > most) throw randomErrors.rangeInvalid({ what, got });
}

/** 53 random bits as a number in [0, 1). */
const unit53 = (high: number, low: number): number => ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;

/** Randomness keyed by `seed` and by what each call names. */
export function createKeyedRandom(seed: number): KeyedRandom {
  const draw = (kind: string, key: RandomKey, count: number, offset: number, wordsPerElement: number): Words => {
    checkKey(seed, key);
    checkWhole('count', count, 0, 2 ** 30);
    checkWhole('offset', offset, 0, 2 ** 50 - count);
    return drawWords(kind, seed, key, offset * wordsPerElement, (offset + count) * wordsPerElement);
  };

  return {
    uniform(key, count, offset = 0) {
      const words = draw('uniform', key, count, offset, 1);
      const out = new Float32Array(count);
      for (let i = 0; i < count; i += 1) out[i] = (words[i]! >>> 8) * 2 ** -24;
      return out;
    },
    normal(key, count, offset = 0) {
      // Elements 2k and 2k + 1 share the words 2k and 2k + 1: radius from one, angle from the other.
      const lead = offset % 2;
      const words = draw('normal', key, count + lead + ((count + lead) % 2), offset - lead, 1);
      const out = new Float32Array(count);
      for (let i = 0; i < count; i += 1) {
        const pair = i + lead - ((i + lead) % 2);
        // The half step keeps the logarithm's argument off zero.
        const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / TWO_32));
        const angle = 2 * Math.PI * (words[pair + 1]! / TWO_32);
        out[i] = radius * ((i + lead) % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
      }
      return out;
    },
    integers(key, count, bound, offset = 0) {
      checkWhole('bound', bound, 1, 2 ** 48);
      const words = draw('integers', key, count, offset, 2);
      const out = new Float64Array(count);
      for (let i = 0; i < count; i += 1) out[i] = Math.floor(unit53(words[2 * i]!, words[2 * i + 1]!) * bound);
      return out;
    },
    permutation(key, n) {
      const words = draw('permutation', key, n, 0, 2);
      const out = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i -= 1) {
        const j = Math.floor(unit53(words[2 * i]!, words[2 * i + 1]!) * (i + 1));
        const held = out[i]!;
        out[i] = out[j]!;
        out[j] = held;
      }
      return out;
    },
  };
}
