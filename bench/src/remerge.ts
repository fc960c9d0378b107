import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openAdapter } from '@crucible/engine/adapters';
import { selectBackend } from '@crucible/engine/backend';
import type { FusionSpace } from '@crucible/sdk';
import { loadPlugins, prepareFusion, type PreviewRequest } from '@crucible/sdk/host';
import { LLAMA_1B, llamaAdapters } from './llama-adapters.js';

/**
 * Times fusing again: adapters of a Llama-3.2-1B-shaped model are factorized once, and then previewed with other weights and options each time, so that
 * nothing can be remembered. Prints medians and the slowest of as many rounds as asked for, and what writing one of them out takes.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, layers: { type: 'string', default: '16' } },
});
const rounds = Number(values.rounds);
const cache = fileURLToPath(new URL('../.cache', import.meta.url));

interface Row {
  readonly title: string;
  readonly strategy: string;
  readonly options: (round: number) => Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly outputRank?: number;
}

const lambda = (round: number): { lambda: number } => ({ lambda: 0.3 + 0.01 * round });
const ties = (round: number): Readonly<Record<string, unknown>> => ({ ...lambda(round), density: 0.2 + 0.01 * round });
const ROWS: readonly Row[] = [
  { title: 'weights and λ, exact', strategy: 'taskArithmetic', options: lambda, space: 'CORE' },
  { title: 'weights and λ, at rank 16', strategy: 'taskArithmetic', options: lambda, space: 'CORE', outputRank: 16 },
  { title: 'TIES, trim by module', strategy: 'ties', options: (r) => ({ ...ties(r), preset: 'PEFT' }), space: 'CORE' },
  {
    title: 'TIES, trim by module, at rank 16',
    strategy: 'ties',
    options: (r) => ({ ...ties(r), preset: 'PEFT' }),
    space: 'CORE',
    outputRank: 16,
  },
  { title: 'TIES, global trim', strategy: 'ties', options: ties, space: 'CORE' },
  { title: 'TIES, global trim, at rank 16', strategy: 'ties', options: ties, space: 'CORE', outputRank: 16 },
];

/** The lower one of an even number. */
const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[Math.floor((values.length - 1) / 2)]!;

await mkdir(cache, { recursive: true });
const { strategies } = await loadPlugins({ root: fileURLToPath(new URL('../../server', import.meta.url)) });
const { tf } = await selectBackend({ backend: 'wasm' });
const paths = await llamaAdapters(cache, { ...LLAMA_1B, layers: Number(values.layers) }, (line) => console.error(line));
const adapters = await Promise.all(paths.map((path) => openAdapter(path)));
const folder = await mkdtemp(join(cache, 'remerge-'));
try {
  const started = performance.now();
  const set = await prepareFusion(adapters, { tf });
  const prepared = (performance.now() - started) / 1000;
  const [cpu] = cpus();
  console.log(
    `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}, WASM backend, one thread`,
  );
  console.log(
    `${adapters.length} adapters of rank ${LLAMA_1B.rank}, ${set.modules} modules; factorized once in ${prepared.toFixed(1)} s, ` +
      `${(set.byteLength / 1e6).toFixed(0)} MB kept; ${rounds} rounds, each with other weights and options\n`,
  );
  console.log('| preview | median ms | slowest ms | median CPU ms |');
  console.log('| --- | ---: | ---: | ---: |');
  for (const { title, strategy, options, space, outputRank } of ROWS) {
    const request = (round: number): PreviewRequest => ({
      strategy: strategies.get(strategy)!.strategy,
      options: options(round),
      weights: adapters.map((_, i) => 1 - ((round * 7 + i * 3) % 11) / 20),
      space,
      ...(outputRank !== undefined && { outputRank }),
    });
    // Two rounds warm the compiler up.
    for (const round of [0, 1]) await set.preview(request(round));
    const times: number[] = [];
    const loads: number[] = [];
    for (let round = 2; round < rounds + 2; round += 1) {
      const start = performance.now();
      const before = process.cpuUsage();
      await set.preview(request(round));
      const { user, system } = process.cpuUsage(before);
      times.push(performance.now() - start);
      loads.push((user + system) / 1000);
    }
    const cells = [title, median(times), Math.max(...times), median(loads)];
    console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell)).join(' | ')} |`);
  }
  const start = performance.now();
  await set.materialize({
    strategy: strategies.get('taskArithmetic')!.strategy,
    options: lambda(0),
    weights: adapters.map(() => 1),
    space: 'CORE',
    outputRank: LLAMA_1B.rank,
    seed: 0,
    name: 'bench',
    tf,
    signal: new AbortController().signal,
    outputPath: join(folder, 'out.safetensors'),
  });
  console.log(`\nwritten out at rank ${LLAMA_1B.rank} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  set.dispose();
} finally {
  await rm(folder, { recursive: true });
  for (const adapter of adapters) await adapter.close();
}
