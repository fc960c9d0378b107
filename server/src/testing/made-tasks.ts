import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKeyedRandom } from '@crucible/engine/random';
import { SPLITS, writeTask, writeTextTask, type Examples, type Split, type TextAnswer } from '@crucible/engine/tasks';
import { tokenizerOf } from './word-tokenizer.js';

export const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

export const WORDS = ['a', 'photo', 'of', 'zero', 'one', 'two', 'three', 'four', 'yes', 'no', ':'];
export const idOf = (word: string): number => WORDS.indexOf(word) + 4;
export const NAMES = ['zero', 'one', 'two', 'three', 'four'];
const facts = { version: 1, name: 'made', title: 'Made up', description: 'x', licence: 'CC0', source: 'here' } as const;
const random = createKeyedRandom(6);

/** A golden model with a tokenizer that knows `WORDS`. */
export async function makeModelFolder(into: string, from: string, ends: readonly [number, number]): Promise<string> {
  const path = join(into, from.replaceAll('/', '-'));
  await cp(join(golden, from), path, { recursive: true });
  await writeFile(join(path, 'tokenizer.json'), JSON.stringify(tokenizerOf(WORDS, ends)));
  const names = { pad_token: '[PAD]', unk_token: '[UNK]', eos_token: '[SEP]' };
  await writeFile(join(path, 'tokenizer_config.json'), JSON.stringify(names));
  return path;
}

const imagesOf = (size: number, classes: number, split: Split): Examples => ({
  count: 6,
  height: size,
  width: size,
  channels: 3,
  pixels: Uint8Array.from(random.integers(['pixels', split, size], 6 * size * size * 3, 256)),
  labels: Int32Array.from({ length: 6 }, (_, i) => i % classes),
});

/** Six random images a split, of `NAMES`. */
export async function makeImageTask(into: string, size: number, classes: number) {
  const path = join(into, `images-${size}-${classes}.safetensors`);
  const manifest = { ...facts, metric: 'accuracy', classes: NAMES.slice(0, classes) } as const;
  const splits = {
    train: imagesOf(size, classes, 'train'),
    validation: imagesOf(size, classes, 'validation'),
    test: imagesOf(size, classes, 'test'),
  };
  await writeTask(path, manifest, splits);
  return { path, test: splits.test };
}

/** Three pairs of texts a split, no two of them alike. */
export async function makeTextTask(into: string, name: string, answer: TextAnswer, more: object): Promise<string> {
  const path = join(into, `${name}.safetensors`);
  const manifest = { ...facts, kind: 'TEXT_TASK', fields: ['first', 'second'], ...more } as never;
  const splits = Object.fromEntries(
    SPLITS.map((split, index) => {
      const texts = new Map([
        ['first', ['zero', 'one', 'two'].map((word) => `${word} ${NAMES[index]!}`)],
        ['second', ['four', 'three a', 'photo of one']],
      ]);
      return [split, { count: 3, texts, answer }];
    }),
  );
  await writeTextTask(path, manifest, splits as never);
  return path;
}
