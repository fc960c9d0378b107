import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { writeTask, writeTextTask, type Examples, type TextAnswer, type TextExamples } from '@crucible/engine/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from './encode-png.js';
import { countClasses, readSamples } from './read-samples.js';
import { sampleLimits } from './sample-limits.js';
import { spread } from './spread.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-samples-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Another reading of the format than the one under test: chunks by their lengths, rows by inflating. */
function decodePng(png: Buffer): { readonly width: number; readonly height: number; readonly rows: readonly Buffer[] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const data = inflateSync(chunks.get('IDAT')!);
  const stride = data.length / height;
  return {
    width,
    height,
    rows: Array.from({ length: height }, (_, row) => data.subarray(row * stride, (row + 1) * stride)),
  };
}

/** Splits differ by the stride of their pixels: those of a task share no example. */
function examples(count: number, side: number, channels: 1 | 3, stride: number): Examples {
  return {
    count,
    height: side,
    width: side,
    channels,
    pixels: Uint8Array.from({ length: count * side * side * channels }, (_, index) => (index * stride) % 251),
    labels: Int32Array.from({ length: count }, (_, index) => (index === 0 ? 2 : index % 2)),
  };
}

async function write(name: string, side: number, channels: 1 | 3): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  const manifest = {
    version: 1,
    name,
    title: name,
    description: 'Noise.',
    metric: 'accuracy',
    licence: 'CC0-1.0',
    source: 'a test',
  } as const;
  const split = (count: number, stride: number): Examples => examples(count, side, channels, stride);
  await writeTask(
    path,
    { ...manifest, classes: ['a', 'b', 'c'] },
    { train: split(9, 7), validation: split(5, 11), test: split(7, 13) },
  );
  return path;
}

describe('pictures of examples', () => {
  it.each([1, 3] as const)('have the pixels of the task, of %i channels', async (channels) => {
    const path = await write(`channels${channels}`, 4, channels);
    const samples = await readSamples(path, 'test', 3);
    expect(samples.map(({ position, answer }) => [position, answer])).toEqual([
      [0, 2],
      [2, 0],
      [4, 0],
    ]);
    for (const { position, picture } of samples) {
      const png = Buffer.from(picture!.address.replace('data:image/png;base64,', ''), 'base64');
      const stride = 4 * channels;
      const { pixels } = examples(7, 4, channels, 13);
      const { width, height, rows } = decodePng(png);
      expect([width, height, rows.length]).toEqual([4, 4, 4]);
      rows.forEach((row, index) => {
        const from = (position * 4 + index) * stride;
        expect([...row]).toEqual([0, ...pixels.subarray(from, from + stride)]);
      });
    }
  });

  // Python's binascii.crc32 of the header of a grey picture of one pixel is 3a7e9b55; the end of every PNG is the same twelve bytes.
  it('are chunks with the checksums of the format', () => {
    const png = encodePng({ height: 1, width: 1, channels: 1, pixels: Uint8Array.of(0) });
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
    expect(png.readUInt32BE(29).toString(16)).toBe('3a7e9b55');
  });

  it('are as many as there are, and no more than the cap allows', async () => {
    const path = await write('few', 4, 1);
    expect(await readSamples(path, 'validation', 50)).toHaveLength(5);
    const limits = { ...sampleLimits, pixelBytes: 4 * 16 };
    expect(await readSamples(path, 'train', 9, limits)).toHaveLength(4);
    expect(await readSamples(path, 'train', 9, { ...limits, pixelBytes: 1 })).toHaveLength(1);
    expect(await readSamples(path, 'train', 9, { ...sampleLimits, examples: 2 })).toHaveLength(2);
  });

  it('are those at the places that are named, in their order, where places are', async () => {
    const path = await write('named', 4, 1);
    const places = async (...asked: number[]): Promise<number[]> =>
      (await readSamples(path, 'train', asked)).map(({ position }) => position);
    expect(await places(8, 3, 5)).toEqual([8, 3, 5]);
    expect(await places(1, 9)).toEqual([1]);
    const limits = { ...sampleLimits, pixelBytes: 2 * 16 };
    expect((await readSamples(path, 'train', [8, 3, 5], limits)).map(({ position }) => position)).toEqual([8, 3]);
  });

  it.each([
    [10, 5, [0, 2, 4, 6, 8]],
    [3, 3, [0, 1, 2]],
    [5, 2, [0, 2]],
    [0, 0, []],
  ])('of %i examples, %i are at %j', (all, count, expected) => {
    expect(spread(all, count)).toEqual(expected);
  });
});

it('counts the examples of each class', async () => {
  const path = await write('counted', 4, 1);
  expect(await countClasses(path, 'test', 3)).toEqual([3, 3, 1]);
});

describe('texts of examples', () => {
  const manifest = {
    version: 1,
    kind: 'TEXT_TASK',
    description: 'Pairs.',
    metric: 'accuracy',
    fields: ['premise', 'hypothesis'],
    prompts: [],
    licence: 'CC0-1.0',
    source: 'a test',
  } as const;
  const LONG = 'ö'.repeat(sampleLimits.textBytes);

  async function writeTexts(name: string, form: TextAnswer['form']): Promise<string> {
    const path = join(folder, `${name}.safetensors`);
    const split = (about: string): TextExamples => ({
      count: 2,
      texts: new Map([
        ['premise', [`${about} one`, `${about} ${LONG}`]],
        ['hypothesis', ['naïve', '']],
      ]),
      answer:
        form === 'CLASS'
          ? { form, labels: Int32Array.of(1, 0) }
          : form === 'NUMBER'
            ? { form, numbers: Float32Array.of(0.5, 4) }
            : { form, texts: ['yes', 'no'] },
    });
    const metric = form === 'CLASS' ? 'accuracy' : form === 'NUMBER' ? 'pearson' : 'exact_match';
    const given = {
      ...manifest,
      name,
      title: name,
      answer: form,
      metric,
      classes: form === 'CLASS' ? ['no', 'yes'] : [],
    };
    await writeTextTask(path, given as never, { train: split('a'), validation: split('b'), test: split('c') });
    return path;
  }

  it.each([
    ['CLASS', [1, 0]],
    ['NUMBER', [0.5, 4]],
    ['TEXT', ['yes', 'no']],
  ] as const)('stand under their names, with answers that are a %s', async (form, answers) => {
    const samples = await readSamples(await writeTexts(`texts-${form.toLowerCase()}`, form), 'test', 9);
    expect(samples.map(({ answer }) => answer)).toEqual(answers);
    expect(samples[0]).toMatchObject({ picture: null, texts: { premise: 'c one', hypothesis: 'naïve' } });
  });

  it('are cut where they are long, and never inside of a character', async () => {
    const path = await writeTexts('texts-long', 'CLASS');
    const [, second] = await readSamples(path, 'test', 2);
    expect(second!.texts).toEqual({ premise: `c ${'ö'.repeat(sampleLimits.textBytes / 2 - 1)}…`, hypothesis: '' });
    const [odd] = (await readSamples(path, 'test', 2, { ...sampleLimits, textBytes: 5 })).slice(1);
    expect(odd!.texts['premise']).toBe('c ö…');
  });

  it('have counts where answers are classes alone', async () => {
    expect(await countClasses(await writeTexts('texts-counted', 'CLASS'), 'test', 2)).toEqual([1, 1]);
    expect(await countClasses(await writeTexts('texts-numbers', 'NUMBER'), 'test', 0)).toEqual([]);
  });
});
