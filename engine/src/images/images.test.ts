import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { centreCrop } from './centre-crop.js';
import { decodeImage } from './decode-image.js';
import { fitImage, normalizeImage, parseImageProcessor } from './image-processor.js';
import { imageLimits } from './limits.js';
import type { Pixels } from './pixels.js';
import { resample, type ResampleFilter } from './resample.js';

const folder = new URL('../../src/images/golden/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, folder));

interface Recorded {
  readonly decoded: readonly {
    readonly file: string;
    readonly height: number;
    readonly width: number;
    readonly RGB: string;
    readonly L: string;
  }[];
  readonly resized: readonly {
    readonly filter: ResampleFilter;
    readonly height: number;
    readonly width: number;
    readonly bytes: string;
  }[];
  readonly processed: readonly {
    readonly name: string;
    readonly config: unknown;
    readonly bytes: string;
    readonly values: readonly number[];
    readonly every: number;
  }[];
}

// Recorded from Pillow by tools/python/record_images.py; `reference` names the version.
const golden = JSON.parse(read('images.json').toString()) as Recorded;
const bytesOf = (text: string): number[] => [...Buffer.from(text, 'base64')];

/** JPEG decoders may differ by a level or two (IEEE 1180); every other format is exact. */
const slack = (file: string): number => (file.endsWith('.jpg') ? 2 : 0);

describe('decoding', () => {
  it.each(golden.decoded)('$file has the pixels that PIL reads', async ({ file, height, width, RGB, L }) => {
    for (const [channels, expected] of [
      [3, RGB],
      [1, L],
    ] as const) {
      const got = await decodeImage(file, read(file), channels);
      expect(got).toMatchObject({ height, width, channels });
      expect(farthest(got.data, bytesOf(expected))).toBeLessThanOrEqual(slack(file));
    }
  });

  it('refuses bytes that are no image, and files that are cut off', async () => {
    await expect(decodeImage('text', Buffer.from('no image'))).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    await expect(decodeImage('cut', read('rgb.png').subarray(0, 900))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });

  it('refuses more pixels than it reads, by the header alone', async () => {
    const png = Buffer.from(read('rgb.png'));
    png.writeUInt32BE(30_000, 16);
    png.writeUInt32BE(30_000, 20);
    await expect(decodeImage('bomb', png)).rejects.toMatchObject({
      code: expect.stringMatching(/^IMAGE_(?:TOO_LARGE|UNREADABLE)$/),
    });
    const many = new Uint8Array(imageLimits.encodedBytes + 1);
    await expect(decodeImage('many', many)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });
});

describe('resampling', () => {
  it.each(golden.resized)(
    '$filter to $height × $width is PIL’s, to the bit',
    async ({ filter, height, width, bytes }) => {
      const image = await decodeImage('rgb.png', read('rgb.png'));
      expect([...resample(image, height, width, filter).data]).toEqual(bytesOf(bytes));
    },
  );

  it('to the same size changes nothing, and keeps a constant whatever the size', () => {
    const flat: Pixels = { height: 5, width: 4, channels: 1, data: new Uint8Array(20).fill(200) };
    expect(resample(flat, 5, 4, 'lanczos')).toBe(flat);
    for (const filter of ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos', 'nearest'] as const) {
      expect(new Set(resample(flat, 11, 3, filter).data)).toEqual(new Set([200]));
    }
  });
});

describe('a processor', () => {
  it.each(golden.processed)(
    '$name gives the pixels and values of the Python one',
    async ({ config, bytes, values, every }) => {
      const processor = parseImageProcessor('preprocessor_config.json', config);
      const fitted = fitImage(await decodeImage('rgb.png', read('rgb.png')), processor);
      expect([...fitted.data]).toEqual(bytesOf(bytes));
      const got = normalizeImage(fitted, processor);
      // Float32 in another order: some units in the last place of values up to 2.7.
      values.forEach((value, i) => expect(Math.abs(got[i * every]! - value)).toBeLessThanOrEqual(1e-6));
    },
  );

  it('reads a bare size as the shorter side where it crops, as both sides where it does not', () => {
    const parse = (config: object) => parseImageProcessor('c', config);
    expect(parse({ size: 224, crop_size: 224, do_center_crop: true })).toMatchObject({
      resize: { kind: 'shortest', side: 224 },
      crop: { height: 224, width: 224 },
      filter: 'bicubic',
    });
    expect(parse({ size: 224, resample: 2 })).toMatchObject({
      resize: { kind: 'exact', height: 224, width: 224 },
      crop: undefined,
      filter: 'bilinear',
    });
    expect(parse({ do_resize: false, do_normalize: false })).toMatchObject({ resize: undefined, mean: [0] });
  });

  it.each([
    [[], 'the file'],
    [{ size: { longest_edge: 3 } }, 'size.height'],
    [{ size: 0 }, 'size.height'],
    [{ size: 9000 }, 'size.height'],
    [{ resample: 7 }, 'resample'],
    [{ rescale_factor: 0.5 }, 'rescale_factor'],
    [{ do_rescale: false }, 'rescale_factor'],
    [{ image_std: [1, 0, 1] }, 'image_std'],
    [{ image_mean: [1, 2] }, 'image_mean'],
  ])('refuses %o for its %s', (config, field) => {
    expect(() => parseImageProcessor('c', config)).toThrow(
      expect.objectContaining({ code: 'IMAGE_PROCESSOR_INVALID', details: expect.objectContaining({ field }) }),
    );
  });
});

describe('a crop', () => {
  it('leaves an odd rest at the bottom and right, and puts black around what is too small', () => {
    const image: Pixels = { height: 2, width: 4, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    expect([...centreCrop(image, 1, 3).data]).toEqual([1, 2, 3]);
    expect([...centreCrop(image, 3, 2).data]).toEqual([0, 0, 2, 3, 6, 7]);
  });
});

function farthest(got: Uint8Array, expected: readonly number[]): number {
  expect(got.length).toBe(expected.length);
  return got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
}
