import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decoderFolder, LLAMA_1B, LLAMA_7B } from './checkpoint-files.js';
import { forgetFiles } from './forget-files.js';
import type { FullModelResult, FullModelRow } from './full-model-row.js';
import { machine, median, runRow, seconds } from './measure.js';

/**
 * Linear and task arithmetic of whole checkpoints, beside the time that it takes to read and write the same bytes in the same run, each row in a process of its
 * own: seconds, processor time, peak memory; and whether 1, 2 and 8 workers write the same bytes.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '1b' },
    layers: { type: 'string', default: '16' },
    repeats: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2,8' },
    ties: { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
  },
});
const shape = { ...(values.model === '7b' ? LLAMA_7B : LLAMA_1B), layers: Number(values.layers) };
const cache = join(fileURLToPath(new URL('..', import.meta.url)), '.cache');
const shardBytes = 1_000_000_000;
const folders: string[] = [];
for (const seed of [0, 1, 2]) folders.push(await decoderFolder(cache, shape, seed, shardBytes));
const [base, ...models] = folders as [string, string, string];

interface Row {
  readonly label: string;
  readonly row: FullModelRow;
  /** Label of the row of bytes alone that it is compared with. */
  readonly beside?: string;
}
const output = join(cache, 'full-model-out');
const common = { base, models, output };
const fuse = (
  strategy: string,
  options: object,
  workers: number,
  norms: boolean,
): Extract<FullModelRow, { readonly kind: 'FUSE' }> => ({
  ...common,
  kind: 'FUSE',
  strategy,
  options,
  workers,
  norms,
});
const copyTwo = 'read 2, write 1';
const copyThree = 'read 3, write 1';
const counts = values.workers.split(',').map(Number);
const rows: readonly Row[] = [
  { label: copyTwo, row: { ...common, kind: 'COPY', readsBase: false, hashes: false } },
  { label: copyThree, row: { ...common, kind: 'COPY', readsBase: true, hashes: false } },
  ...counts.map((workers) => ({
    label: `linear (simpleAverage), ${workers} worker(s)`,
    row: fuse('simpleAverage', {}, workers, false),
    beside: copyTwo,
  })),
  ...counts.map((workers) => ({
    label: `task arithmetic, ${workers} worker(s)`,
    row: fuse('taskArithmetic', { lambda: 0.5 }, workers, false),
    beside: copyThree,
  })),
  {
    label: 'task arithmetic with norms, 2 worker(s)',
    row: fuse('taskArithmetic', { lambda: 0.5 }, 2, true),
    beside: copyThree,
  },
  ...(values.ties
    ? [
        {
          label: 'TIES (density 0.2, MERGEKIT), 1 worker, whole tensors',
          row: fuse('ties', { preset: 'MERGEKIT', density: 0.2 }, 1, false),
          beside: copyThree,
        },
        {
          label: 'TIES (density 0.2, MERGEKIT), 1 worker, blocks of 45 million at most',
          row: { ...fuse('ties', { preset: 'MERGEKIT', density: 0.2 }, 1, false), blockElements: 4096 * 11_008 },
          beside: copyThree,
        },
      ]
    : []),
];

// Rounds rather than runs of one row: whatever else the machine does falls on all of them alike.
const results = new Map<string, FullModelResult[]>(rows.map(({ label }) => [label, []]));
for (let repeat = 0; repeat < Number(values.repeats); repeat += 1) {
  for (const { label, row } of rows) {
    if (values.cold) await forgetFiles(folders);
    results.get(label)!.push(await runRow<FullModelResult>('full-model-row.js', row));
    console.error(`${repeat + 1}: ${label}: ${seconds(results.get(label)!.at(-1)!.seconds)}`);
  }
}

const secondsOf = (label: string): number => median(results.get(label)!.map((result) => result.seconds));
const bytes = results.get(copyTwo)![0]!.writtenBytes;
console.log(machine());
console.log(
  `two checkpoints and a base, Llama ${shape.name} shapes with ${shape.layers} layers, bfloat16, ${(bytes / 1e9).toFixed(2)} GB each, median of ${values.repeats}; written bytes are synced; SHA-256 of the output included; the inputs ${values.cold ? 'come from the disk' : 'lie in the page cache'}\n`,
);
console.log('| what | median | CPU | peak memory | times the bytes alone | times their CPU |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const { label, beside } of rows) {
  const own = results.get(label)!;
  const cpuOf = (of: string): number => median(results.get(of)!.map((result) => result.cpuSeconds));
  const cpuRatio = beside === undefined ? '1' : (cpuOf(label) / cpuOf(beside)).toFixed(2);
  const ratio = beside === undefined ? '1' : (secondsOf(label) / secondsOf(beside)).toFixed(2);
  const cpu = cpuOf(label);
  const peak = Math.max(...own.map((result) => result.peakBytes));
  console.log(
    `| ${label} | ${seconds(secondsOf(label))} | ${seconds(cpu)} | ${(peak / 1e6).toFixed(0)} MB | ${ratio} | ${cpuRatio} |`,
  );
}
for (const rule of ['linear', 'task arithmetic,']) {
  const digests = rows
    .filter(({ label }) => label.startsWith(rule))
    .flatMap(({ label }) => results.get(label)!.map(({ digest }) => digest));
  console.log(
    `\n${rule.replace(',', '')}: ${new Set(digests).size === 1 ? 'the same bytes' : 'DIFFERENT BYTES'} with ${values.workers} workers (${digests[0]?.slice(0, 16)}…)`,
  );
}
