import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openAdapter } from '@crucible/engine/adapters';
import { selectBackend } from '@crucible/engine/backend';
import { loadPlugins, runFusion } from '@crucible/sdk/host';

export interface LoraMergeRow {
  readonly paths: readonly string[];
  readonly weights: readonly number[];
  readonly outputRank: number;
  readonly output: string;
  readonly processes: number;
}

export interface LoraMergeResult {
  /** Opening, hashing, merging, the fidelity report, writing and syncing. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly modules: number;
  readonly rank: number;
  readonly relativeError: number;
  readonly digest: string;
}

async function measure({ paths, weights, outputRank, output, processes }: LoraMergeRow): Promise<LoraMergeResult> {
  const { strategies } = await loadPlugins({ root: fileURLToPath(new URL('../../server', import.meta.url)) });
  const { tf } = await selectBackend({ backend: 'wasm' });
  const started = performance.now();
  const before = process.cpuUsage();
  const adapters = await Promise.all(paths.map((path) => openAdapter(path)));
  const outcome = await runFusion({
    strategy: strategies.get('taskArithmetic')!.strategy,
    options: { lambda: 1 },
    members: adapters.map((adapter, i) => ({ adapter, weight: weights[i]! })),
    space: 'DELTA',
    outputRank,
    seed: 1,
    name: 'bench',
    outputPath: output,
    tf,
    signal: new AbortController().signal,
    processes,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(adapters.map((adapter) => adapter.close()));
  await rm(output);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    modules: outcome.modules,
    rank: outcome.rank,
    relativeError: outcome.fidelity.relativeError,
    digest: outcome.digest,
  };
}

process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2]!) as LoraMergeRow))}\n`);
