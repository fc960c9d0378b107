import {
  concatenate,
  coreBasis,
  createLowRank,
  matrixFrom,
  recompress,
  svd,
  thinQr,
  type LowRank,
} from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';

/** Seven modules of a layer of Llama 3.2 1B, `[out, in]`. */
const LAYER: readonly (readonly [string, number, number])[] = [
  ['q_proj', 2048, 2048],
  ['k_proj', 512, 2048],
  ['v_proj', 512, 2048],
  ['o_proj', 2048, 2048],
  ['gate_proj', 8192, 2048],
  ['up_proj', 8192, 2048],
  ['down_proj', 2048, 8192],
];
const random = createKeyedRandom(1);

function update(key: string, outFeatures: number, inFeatures: number, rank: number): LowRank {
  const a = random.normal([key, 'a'], rank * inFeatures);
  const b = random.normal([key, 'b'], outFeatures * rank);
  return createLowRank({ a, b }, { outFeatures, inFeatures, rank, scale: 2 });
}
const updates = (count: number, key: string, outFeatures: number, inFeatures: number): readonly LowRank[] =>
  Array.from({ length: count }, (_, i) => update(`${key}-${i}`, outFeatures, inFeatures, 16));

/** CPU milliseconds of this process, so that a busy machine does not count; the median of the rounds after one that warms up. */
function measure(name: string, rounds: number, work: () => unknown): void {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    if (round > 0) times.push((user + system) / 1000);
  }
  times.sort((x, y) => x - y);
  const [least, median] = [times[0]!, times[times.length >> 1]!];
  console.log(`${name.padEnd(58)} ${median.toFixed(1).padStart(9)} ms  (least ${least.toFixed(1)})`);
}

const eight = updates(8, 'eight', 4096, 4096);
const stack = concatenate(eight);
const square = matrixFrom(128, 128, random.normal(['square'], 128 * 128));
const small = matrixFrom(64, 64, random.normal(['small'], 64 * 64));
const layer = LAYER.map(([name, outFeatures, inFeatures]) => updates(4, name, outFeatures, inFeatures));

measure('core basis of 8 updates 4096 × 4096 of rank 16', 7, () => coreBasis(eight));
measure('rank 128 to 16, 4096 × 4096', 7, () => recompress(stack, 16));
measure('thin QR of 4096 × 128', 7, () => thinQr(stack.b));
measure('SVD of 128 × 128', 7, () => svd(square));
measure('SVD of 64 × 64', 15, () => svd(small));
measure('exact sum at rank 16 of a layer of 1B shapes, 4 adapters', 5, () =>
  layer.map((modules) => recompress(concatenate(modules), 16)),
);
measure('core basis of a layer of 1B shapes, 4 adapters', 5, () => layer.map((modules) => coreBasis(modules)));
