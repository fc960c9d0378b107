import { mkdir, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeAdapter } from '@crucible/engine/adapters';
import { createKeyedRandom } from '@crucible/engine/random';
import type { LoraMergeResult, LoraMergeRow } from './lora-merge-row.js';
import { machine, median, runPython, runRow, seconds } from './measure.js';

/**
 * The best rank-16 adapter of a weighted sum of four rank-16 adapters, over the linear layers of Llama-3.2-1B (16 layers × 7 modules): ours end to end, from files to a
 * synced file, beside PEFT's "svd" on dense matrices. All layers have equal shapes, so the Python side is timed on one module of each shape, and
 * counted as often as the shape occurs.
 */
const { values } = parseArgs({
  allowNegative: true,
  options: {
    layers: { type: 'string', default: '16' },
    python: { type: 'boolean', default: true },
    repeats: { type: 'string', default: '3' },
    processes: { type: 'string', default: `1,${cpus().length}` },
  },
});
const layers = Number(values.layers);
const [RANK, ADAPTERS, SCALE] = [16, 4, 2];
const WEIGHTS = [0.4, 0.3, 0.2, 0.1];
const MODULES: Readonly<Record<string, readonly [number, number]>> = {
  'self_attn.q_proj': [2048, 2048],
  'self_attn.k_proj': [512, 2048],
  'self_attn.v_proj': [512, 2048],
  'self_attn.o_proj': [2048, 2048],
  'mlp.gate_proj': [8192, 2048],
  'mlp.up_proj': [8192, 2048],
  'mlp.down_proj': [2048, 8192],
};
const cache = join(fileURLToPath(new URL('..', import.meta.url)), '.cache');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Seeded normal factors, made once. Their values do not matter to speed; at rank 16 of 64 random ones most of the sum is lost, for both sides alike. */
async function adapterFile(seed: number): Promise<string> {
  await mkdir(cache, { recursive: true });
  const path = join(cache, `lora-merge-${layers}-${seed}.safetensors`);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) return path;
  const modules = Array.from({ length: layers }, (_, layer) =>
    Object.entries(MODULES).map(([module, shape]) => [`model.layers.${layer}.${module}`, shape] as const),
  ).flat();
  const random = createKeyedRandom(seed);
  await writeAdapter(
    path,
    {
      version: 1,
      name: `bench-${seed}`,
      method: 'LORA',
      rank: RANK,
      alpha: SCALE * RANK,
      scale: SCALE,
      targetModules: Object.keys(MODULES).map((name) => name.split('.')[1]!),
      baseDigest: sha256('bench'),
    },
    modules.map(([name, [outFeatures, inFeatures]]) => ({
      info: { name, outFeatures, inFeatures, rank: RANK, scale: SCALE },
      factors: () => ({
        a: random.normal([name, 'A'], RANK * inFeatures).map((value) => value / 64),
        b: random.normal([name, 'B'], outFeatures * RANK).map((value) => value / 100),
      }),
    })),
  );
  return path;
}

const paths: string[] = [];
for (let seed = 1; seed <= ADAPTERS; seed += 1) paths.push(await adapterFile(seed));
const results = new Map<number, LoraMergeResult[]>();
for (let repeat = 0; repeat < Number(values.repeats); repeat += 1) {
  for (const processes of values.processes.split(',').map(Number)) {
    const row: LoraMergeRow = {
      paths,
      weights: WEIGHTS,
      outputRank: RANK,
      output: join(cache, 'lora-merge-out.safetensors'),
      processes,
    };
    const result = await runRow<LoraMergeResult>('lora-merge-row.js', row);
    results.set(processes, [...(results.get(processes) ?? []), result]);
    console.error(`${repeat + 1}: ${processes} process(es): ${seconds(result.seconds)}`);
  }
}
const all = [...results.values()].flat();
const best = Math.min(...[...results.values()].map((each) => median(each.map((result) => result.seconds))));
const bestCpu = Math.min(...[...results.values()].map((each) => median(each.map((result) => result.cpuSeconds))));
console.log(machine());
console.log(
  `${ADAPTERS} adapters of rank ${RANK}, ${layers} layers × ${Object.keys(MODULES).length} modules of Llama-3.2-1B, to the best adapter of rank ${RANK}\n`,
);
console.log('| who | median | CPU | peak memory | relative error | times ours | times our CPU |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const [processes, own] of results) {
  const time = median(own.map((result) => result.seconds));
  const cpu = median(own.map((result) => result.cpuSeconds));
  const peak = Math.max(...own.map((result) => result.peakBytes));
  const cells = [
    `Crucible, ${processes} process(es), files to file`,
    seconds(time),
    seconds(cpu),
    `${(peak / 1e6).toFixed(0)} MB`,
    own[0]!.relativeError.toPrecision(8),
    (time / best).toFixed(2),
    (cpu / bestCpu).toFixed(2),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
const request = { paths, weights: WEIGHTS, scale: SCALE, rank: RANK, threads: cpus().length };
interface PythonResult {
  readonly label: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly timed: readonly { readonly shape: readonly number[]; readonly seconds: number; readonly modules: number }[];
  readonly relativeError: number;
}
const python = values.python ? await runPython<PythonResult>('svd.py', request) : undefined;
if (python) {
  const shapes = python.timed.map((each) => `${each.shape.join(' × ')}: ${seconds(each.seconds)} × ${each.modules}`);
  const cells = [
    `${python.label}; ${shapes.join(', ')}`,
    seconds(python.seconds),
    seconds(python.cpuSeconds),
    '',
    python.relativeError.toPrecision(8),
    (python.seconds / best).toFixed(1),
    (python.cpuSeconds / bestCpu).toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
console.log(
  `\n${new Set(all.map(({ digest }) => digest)).size === 1 ? 'The same bytes' : 'DIFFERENT BYTES'} in all ${all.length} runs of ours.`,
);
console.log(
  '\nMeasured elsewhere, not in this run: PEFT 0.21.0, combination_type="svd", torch 2.13, 2 threads of an AMD EPYC, 2 of 16 layers timed and scaled: 371 s.',
);
