import { mkdir, open, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { joinBins, locateRank, type DisjointMember, type DisjointRule } from '@crucible/engine/kernels';
import { createKeyedRandom } from '@crucible/engine/random';
import { encodeBF16, viewBytes } from '@crucible/engine/tensors';
import { machine, median, runPython, seconds } from './measure.js';
import type { TiesRequest } from './ties-worker.js';

/**
 * TIES of two models and a base on one 4096 × 11008 tensor of bfloat16, density 0.2, weights 1: exact thresholds by two histogram passes, then one fused pass, row
 * blocks shared out over threads; beside mergekit's operations on the same bytes in the same run.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '4096' },
    columns: { type: 'string', default: '11008' },
    repeats: { type: 'string', default: '5' },
    'python-repeats': { type: 'string', default: '3' },
    threads: { type: 'string', default: String(cpus().length) },
  },
});
const [rows, columns, threads] = [Number(values.rows), Number(values.columns), Number(values.threads)];
const cache = join(fileURLToPath(new URL('..', import.meta.url)), '.cache');
const DENSITY = 0.2;
const RULE: DisjointRule = {
  vote: 'MASS',
  weightedVote: true,
  zeroSign: 1,
  merge: 'MEAN',
  divisor: 'WEIGHTS',
  lambda: 1,
};

/** Weights like a model's: normal of deviation 0.02; task vectors a tenth of that. Made once. */
async function tensorFile(name: string, seed: number, of?: string): Promise<string> {
  await mkdir(cache, { recursive: true });
  const path = join(cache, `ties-${rows}x${columns}-${name}.bin`);
  const exists = await open(path, 'r').catch(() => undefined);
  if (exists) {
    await exists.close();
    return path;
  }
  const base = of === undefined ? undefined : new Uint16Array((await readFile(of)).buffer.slice(0));
  const file = await open(path, 'w');
  const random = createKeyedRandom(seed);
  const piece = 1 << 20;
  for (let begin = 0; begin < rows * columns; begin += piece) {
    const count = Math.min(piece, rows * columns - begin);
    const noise = random.normal([name], count, begin);
    const bits = new Uint32Array(1);
    const float = new Float32Array(bits.buffer);
    for (let i = 0; i < count; i += 1) {
      bits[0] = base === undefined ? 0 : base[begin + i]! << 16;
      noise[i] = base === undefined ? 0.02 * noise[i]! : float[0]! + 0.002 * noise[i]!;
    }
    await file.write(viewBytes(encodeBF16(noise)));
  }
  await file.close();
  return path;
}

async function share(path: string): Promise<SharedArrayBuffer> {
  const bytes = await readFile(path);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

const base = await tensorFile('base', 1);
const models = [await tensorFile('a', 2, base), await tensorFile('b', 3, base)];
const size = rows * columns;
const sharedBase = await share(base);
const sharedModels = await Promise.all(models.map(share));
const output = new SharedArrayBuffer(2 * size);

const workers = Array.from({ length: threads }, () => new Worker(new URL('ties-worker.js', import.meta.url)));
const stretches = workers.map((_, t) =>
  [Math.floor((rows * t) / threads), Math.floor((rows * (t + 1)) / threads)].map((row) => 2 * row * columns),
);

/** One message to each thread at a time, answers in the order of the stretches. */
async function askAll<T>(workOf: (thread: number) => TiesRequest['work']): Promise<readonly T[]> {
  return Promise.all(
    workers.map(
      (worker, t) =>
        new Promise<T>((resolve, reject) => {
          worker.once('message', (reply: T) => {
            worker.removeAllListeners('error');
            resolve(reply);
          });
          worker.once('error', reject);
          const [begin, end] = stretches[t]!;
          const request: TiesRequest = {
            base: sharedBase,
            models: sharedModels,
            output,
            begin: begin!,
            end: end!,
            work: workOf(t),
          };
          worker.postMessage(request, []);
        }),
    ),
  );
}

function sumOf(counts: readonly Uint32Array[]): Uint32Array {
  const total = counts[0]!.slice();
  for (const other of counts.slice(1)) for (let bin = 0; bin < total.length; bin += 1) total[bin]! += other[bin]!;
  return total;
}

async function ties(): Promise<void> {
  const rank = size - Math.floor(DENSITY * size) + 1;
  const high = await askAll<readonly Uint32Array[]>(() => ({ kind: 'COUNT', round: 0, prefixes: [0, 0] }));
  const highBins = models.map((_, m) => locateRank(sumOf(high.map((counts) => counts[m]!)), rank));
  const low = await askAll<readonly Uint32Array[]>(() => ({
    kind: 'COUNT',
    round: 1,
    prefixes: highBins.map(({ bin }) => bin),
  }));
  const members: DisjointMember[][] = workers.map(() => []);
  highBins.forEach((bin, m) => {
    const counts = low.map((each) => each[m]!);
    const total = sumOf(counts);
    const found = locateRank(total, bin.rank);
    // Equal magnitudes stay in row-major order: each stretch gets its share of them.
    let left = total[found.bin]! - found.rank + 1;
    for (const [t, own] of counts.entries()) {
      const equals = Math.min(left, own[found.bin]!);
      left -= equals;
      members[t]!.push({ weight: 1, cut: { bits: joinBins(bin.bin, found.bin), equals } });
    }
  });
  await askAll((t) => ({ kind: 'MERGE', members: members[t]!, rule: RULE }));
}

await ties();
const times: number[] = [];
const cpuTimes: number[] = [];
for (let repeat = 0; repeat < Number(values.repeats); repeat += 1) {
  const started = performance.now();
  const before = process.cpuUsage();
  await ties();
  times.push((performance.now() - started) / 1000);
  const { user, system } = process.cpuUsage(before);
  cpuTimes.push((user + system) / 1e6);
}
await Promise.all(workers.map((worker) => worker.terminate()));

const ours = median(times);
console.log(machine());
console.log(`TIES, density ${DENSITY}, two models and a base, one ${rows} × ${columns} bfloat16 tensor\n`);
const ourCpu = median(cpuTimes);
console.log('| who | median | CPU | runs | times ours | times our CPU |');
console.log('| --- | ---: | ---: | --- | ---: | ---: |');
console.log(
  `| Crucible, ${threads} threads | ${seconds(ours)} | ${seconds(ourCpu)} | ${times.map(seconds).join(', ')} | 1 | 1 |`,
);

const request = {
  shape: [rows, columns],
  density: DENSITY,
  repeats: Number(values['python-repeats']),
  threads,
  base,
  models,
  output: join(cache, 'ties-python.bin'),
};
const python = await runPython<{ label: string; seconds: readonly number[]; cpuSeconds: readonly number[] }>(
  'ties.py',
  request,
);
if (python) {
  const theirs = median(python.seconds);
  const theirCpu = median(python.cpuSeconds);
  console.log(
    `| ${python.label} | ${seconds(theirs)} | ${seconds(theirCpu)} | ${python.seconds.map(seconds).join(', ')} | ${(theirs / ours).toFixed(1)} | ${(theirCpu / ourCpu).toFixed(1)} |`,
  );
  const bytes = await readFile(request.output);
  const expected = new Uint16Array(bytes.buffer, bytes.byteOffset, size);
  const got = new Uint16Array(output);
  let differing = 0;
  for (let i = 0; i < size; i += 1) differing += expected[i] === got[i] ? 0 : 1;
  console.log(
    `\n${differing} of ${size} results differ between ours (sums in float64) and the Python side with a stable sort (the same order of equal magnitudes).`,
  );
}
console.log(
  '\nMeasured elsewhere, not in this run: mergekit HEAD of 2026-06-17 (its `sparsify`, torch 2.13, 2 threads of an AMD EPYC, bfloat16): 8.0 s for this operation.',
);
