import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCharacterMap } from './character-map.js';
import { tokenizerLimits } from './limits.js';
import { openTokenizer } from './open-tokenizer.js';
import { truncatePair } from './truncate-pair.js';

// Recorded from the Rust core behind Python's `tokenizers` by tools/python/record_tokenizers.py; `reference` names the versions.
const golden = fileURLToPath(new URL('../../src/text/golden/', import.meta.url));

interface Case {
  readonly text: string;
  readonly pair?: string;
  readonly ids: readonly number[];
  readonly types: readonly number[];
}
interface Recorded {
  readonly singles: readonly (Case & { readonly bare: readonly number[]; readonly decoded: string })[];
  readonly pairs: readonly Case[];
  readonly truncated: readonly (Case & { readonly length: number })[];
}

describe.each(['clip', 'bert', 'roberta', 'gpt2', 't5', 'llama2', 'llama3'])('%s', (family) => {
  const folder = join(golden, family);
  const recorded = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Recorded;

  it('encodes texts as Python does, with and without special tokens', async () => {
    const tokenizer = await openTokenizer(folder);
    for (const { text, ids, bare } of recorded.singles) {
      expect([text, tokenizer.encode(text).ids]).toEqual([text, ids]);
      expect([text, tokenizer.encode(text, { bare: true }).ids]).toEqual([text, bare]);
    }
  });

  it('decodes as Python does', async () => {
    const tokenizer = await openTokenizer(folder);
    for (const { text, ids, decoded } of recorded.singles) {
      expect([text, tokenizer.decode(ids)]).toEqual([text, decoded]);
    }
  });

  it('encodes pairs as Python does, with their types', async () => {
    const tokenizer = await openTokenizer(folder);
    for (const { text, pair, ids, types } of recorded.pairs) {
      expect(tokenizer.encode(text, { pair: pair! })).toEqual({ ids, types });
    }
  });

  it('cuts as Python does, special tokens kept', async () => {
    const tokenizer = await openTokenizer(folder);
    for (const { text, pair, length, ids, types } of recorded.truncated) {
      const got = tokenizer.encode(text, { maxLength: length, ...(pair !== undefined && { pair }) });
      expect([length, text, pair, got]).toEqual([length, text, pair, { ids, types }]);
    }
  });

  it('fills batches up on either side', async () => {
    const tokenizer = await openTokenizer(folder);
    const [first, second] = [recorded.singles[0]!, recorded.singles[1]!];
    for (const padSide of ['left', 'right'] as const) {
      const batch = tokenizer.encodeBatch([first.text, second.text], { padSide });
      expect([batch.count, batch.length]).toEqual([2, second.ids.length]);
      expect([...batch.ids.subarray(batch.length)]).toEqual(second.ids);
      const row = batch.ids.subarray(0, batch.length);
      expect([...row].filter((_, i) => batch.mask[i] === 1)).toEqual(first.ids);
      expect(batch.mask[padSide === 'left' ? batch.length - 1 : 0]).toBe(1);
      expect(batch.mask.reduce((sum, x) => sum + x, 0)).toBe(first.ids.length + second.ids.length);
    }
    expect(tokenizer.encodeBatch([first.text], { padTo: 64 }).length).toBe(64);
    expect(tokenizer.vocabularySize).toBeGreaterThan(Math.max(...second.ids));
  });
});

describe('a tokenizer', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crucible-tokenizer-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is refused where the file is missing, no JSON, or of an unknown model', async () => {
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: 'TOKENIZER_MISSING' });
    for (const text of ['{', '[]', '{}', '{"model":{"type":"Words","vocab":{}}}', '{"model":{"type":"BPE"}}']) {
      await writeFile(join(folder, 'tokenizer.json'), text);
      await expect(openTokenizer(folder)).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
    }
  });

  it('refuses texts that are too long, lengths without room, and numbers that are no tokens', async () => {
    const tokenizer = await openTokenizer(join(golden, 'bert'));
    const long = 'a'.repeat(tokenizerLimits.textCharacters + 1);
    expect(() => tokenizer.encode(long)).toThrow(expect.objectContaining({ code: 'TOKENIZER_TOO_LARGE' }));
    expect(() => tokenizer.encode('a photo', { maxLength: 1 })).toThrow(
      expect.objectContaining({ code: 'TOKENIZER_LENGTH_INVALID', details: { got: 1, least: 2 } }),
    );
    for (const id of [-1, 1e6, 0.5]) {
      expect(() => tokenizer.decode([id])).toThrow(expect.objectContaining({ code: 'TOKENIZER_TOKEN_INVALID' }));
    }
    expect(tokenizer.decode([])).toBe('');
  });

  it('knows its special tokens and its length', async () => {
    const tokenizer = await openTokenizer(join(golden, 'bert'));
    expect(Object.fromEntries(tokenizer.special)).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
    expect(tokenizer.modelMaxLength).toBe(512);
    expect(tokenizer.idOf('[MASK]')).toBe(4);
    expect(tokenizer.idOf('no such token')).toBeUndefined();
  });
});

describe('a table of characters', () => {
  const json = JSON.parse(readFileSync(join(golden, 't5', 'tokenizer.json'), 'utf8')) as {
    readonly normalizer: { readonly normalizers: readonly { readonly precompiled_charsmap?: string }[] };
  };
  const [precompiled] = json.normalizer.normalizers;

  // Recorded from tokenizers 0.23.2, whose Strip was taken off.
  it.each([
    ['plain text', 'plain text'],
    ['\u200d', '\u200d'],
    ['x\u200cy', 'x y'],
    ['\u{1f468}\u200d\u{1f469}', '\u{1f468}\u200d\u{1f469}'],
    ['e\u0301\u0302', '\u00e9'],
    ['a\u0301\u0302\u0303', 'a\u0301\u0302\u0303'],
    ['\ufb01\u2460\u00bd\uff21', 'fi11\u20442A'],
    ['a\r\nb\tc', 'a b c'],
  ])('makes of %j %j', (text, expected) => {
    expect(parseCharacterMap(precompiled!.precompiled_charsmap!).apply(text)).toBe(expected);
  });

  it('is applied where it is the only normalizer, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crucible-t5-'));
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...json, normalizer: precompiled }));
    const [alone, whole] = [await openTokenizer(folder), await openTokenizer(join(golden, 't5'))];
    const text = 'emoji \u{1f468}\u200d\u{1f469} end';
    expect(alone.encode(text)).toEqual(whole.encode(text));
    await rm(folder, { recursive: true });
  });

  it.each(['', 'AAAA', 'AQAAAA==', '/////w=='])('is refused where it is damaged: %j', (encoded) => {
    expect(() => parseCharacterMap(encoded)).toThrow(RangeError);
  });
});

describe('cutting two texts', () => {
  // Recorded from tokenizers 0.23.2 over a vocabulary of words.
  it.each([
    [[3, 4], 10, 10, [3, 4]],
    [[3, 9], 10, 10, [3, 7]],
    [[9, 3], 10, 10, [7, 3]],
    [[9, 9], 10, 10, [5, 5]],
    [[4, 2], 5, 5, [3, 2]],
    [[4, 4], 5, 5, [2, 3]],
    [[8, 4], 5, 5, [3, 2]],
    [[8, 5], 5, 5, [2, 3]],
    [[3, 2], 1, 4, [1, 0]],
    [[4, 3], 1, 4, [1, 0]],
    [[5, 4], 1, 4, [0, 1]],
    [[2, 3], 1, 4, [0, 1]],
    [[8, 0], 5, 5, [5, 0]],
    [[0, 8], 5, 5, [0, 5]],
  ] as const)('of %j tokens to %i of %i leaves %j', ([first, second], room, most, kept) => {
    expect(truncatePair(first, second, room, most)).toEqual(kept);
  });
});
