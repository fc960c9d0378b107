import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { readTensor } from '../backend/read-tensors.testing.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { createKeyedRandom } from '../random/index.js';
import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from '../tensors/float-codecs.js';
import { cutToCount, KEEP_ALL } from './magnitude-cut.js';
import { magnitudeHistogram, mergeDisjoint, trimTensor } from './merge-operations.js';
import { joinBins, locateRank } from './magnitude-rank.js';
import { referenceMerge } from './reference-merge.testing.js';

const CODECS = [
  ['F16', encodeF16, decodeF16],
  ['BF16', encodeBF16, decodeBF16],
] as const;
/** No multiple of a vector, a block or a workgroup. */
const [ROWS, COLUMNS] = [37, 53];
const SIZE = ROWS * COLUMNS;

describe.each(testedBackends)('numbers as they are stored, on %s', (backendName) => {
  let backend: SelectedBackend;
  beforeAll(async () => void (backend = await selectBackend({ backend: backendName })));
  afterAll(() => backend.dispose());

  /** Multiples of a step, as 8 bits of mantissa hold them: many ties, and sums without rounding. */
  const stored = (key: string, encode: typeof encodeF16, decode: typeof decodeF16): Float32Array => {
    const drawn = createKeyedRandom(3).integers([key], SIZE, 61);
    return decode(encode(Float32Array.from(drawn, (value) => (value - 30) / 16)));
  };

  it.each(CODECS)('%s come through a backend bit for bit, and back into their codes', async (_, encode, decode) => {
    const values = stored('through', encode, decode);
    const { tf } = backend;
    const got = await readTensor(tf, () => tf.transpose(tf.transpose(tf.tensor2d(values, [ROWS, COLUMNS]))));
    expect(encode(Float32Array.from(got))).toEqual(encode(values));
  });

  it.each(CODECS)('the k-th magnitude of %s is the sorted one, through its ties', async (_, encode, decode) => {
    const { tf } = backend;
    const values = stored('rank', encode, decode);
    const sorted = values.map(Math.abs).toSorted();
    const x = tf.tensor2d(values, [ROWS, COLUMNS]);
    for (const rank of [1, 2, 700, SIZE - 1, SIZE]) {
      const high = locateRank(await magnitudeHistogram(tf, x, 0), rank);
      const low = locateRank(await magnitudeHistogram(tf, x, 1, high.bin), high.rank);
      const bits = Uint32Array.of(joinBins(high.bin, low.bin));
      expect(new Float32Array(bits.buffer)[0], `rank ${rank}`).toBe(sorted[rank - 1]);
    }
    x.dispose();
  });

  it.each(CODECS)('%s are trimmed to an exact count and merged as the rule says', async (_, encode, decode) => {
    const { tf } = backend;
    const arrays = ['one', 'two', 'three'].map((key) => stored(key, encode, decode));
    const weights = [1, 0.5, -2];
    const members = arrays.map((values, m) => ({ weight: weights[m]!, cut: cutToCount(values, 600 + m) }));
    const tensors = arrays.map((values) => tf.tensor2d(values, [ROWS, COLUMNS]));
    const kept = await readTensor(tf, () => trimTensor(tf, tensors[0]!, members[0]!.cut));
    const zeros = arrays[0]!.filter((value) => value === 0).length;
    expect(kept.filter((value) => value !== 0).length).toBe(Math.min(600, SIZE - zeros));
    const rule = { vote: 'MASS', weightedVote: true, zeroSign: 1, merge: 'SUM', divisor: 'COUNT', lambda: 1 } as const;
    const merged = await mergeDisjoint(tf, tensors, members, rule);
    const expected = referenceMerge(arrays, weights, members, rule);
    expect([...(await merged.data())].map((value) => value + 0)).toEqual([...expected].map((value) => value + 0));
    tf.dispose([merged, ...tensors]);
  });

  it('a low-rank product is that of float64, to the rounding of float32', async () => {
    const { tf } = backend;
    const random = createKeyedRandom(4);
    const rank = 7;
    const [b, a] = [random.normal(['b'], ROWS * rank), random.normal(['a'], rank * COLUMNS)];
    const got = await readTensor(tf, () => tf.matMul(tf.tensor2d(b, [ROWS, rank]), tf.tensor2d(a, [rank, COLUMNS])));
    got.forEach((value, at) => {
      const [row, column] = [Math.floor(at / COLUMNS), at % COLUMNS];
      let [sum, size] = [0, 0];
      for (let k = 0; k < rank; k += 1) {
        const term = b[row * rank + k]! * a[k * COLUMNS + column]!;
        sum += term;
        size += Math.abs(term);
      }
      expect(Math.abs(value - sum)).toBeLessThanOrEqual(rank * 2 ** -24 * size);
    });
  });

  it('one tensor merged with itself is itself', async () => {
    const { tf } = backend;
    const values = stored('same', encodeF16, decodeF16);
    const x = tf.tensor2d(values, [ROWS, COLUMNS]);
    const rule = {
      vote: 'COUNT',
      weightedVote: false,
      zeroSign: 1,
      merge: 'MEAN',
      divisor: 'COUNT',
      lambda: 1,
    } as const;
    const member = { weight: 1, cut: KEEP_ALL };
    const merged = await mergeDisjoint(tf, [x, x], [member, member], rule);
    expect([...(await merged.data())].map((value) => value + 0)).toEqual([...values].map((value) => value + 0));
    tf.dispose([merged, x]);
  });
});
