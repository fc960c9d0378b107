import { rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { selectBackend } from '@crucible/engine/backend';
import { openAdapter } from '@crucible/engine/adapters';
import { loadPlugins, runFusion } from '@crucible/sdk/host';
import type { FusionSpace } from '@crucible/sdk';

/** What one row of the table measures; it comes as JSON, since each row runs in a process of its own. */
export interface RowRequest {
  readonly strategy: string;
  readonly space: FusionSpace;
  readonly outputRank?: number;
  readonly paths: readonly string[];
  readonly output: string;
  readonly processes: number;
}

export interface RowResult {
  readonly seconds: number;
  /** Of all threads, in user and kernel mode: what a busy machine does not stretch. */
  readonly cpuSeconds: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly rank: number;
  readonly peakBytes: number;
  readonly exact: boolean;
  readonly relativeError: number;
  readonly phases: Readonly<Record<string, number>>;
}

const server = fileURLToPath(new URL('../../server', import.meta.url));

async function measure(request: RowRequest): Promise<RowResult> {
  const { strategies } = await loadPlugins({ root: server });
  const { tf } = await selectBackend({ backend: 'wasm' });
  const { strategy } = strategies.get(request.strategy)!;
  const started = performance.now();
  const before = process.cpuUsage();
  // Opening hashes each file, which is part of every run.
  const adapters = await Promise.all(request.paths.map((path) => openAdapter(path)));
  const opened = performance.now();
  const outcome = await runFusion({
    strategy,
    options: {},
    members: adapters.map((adapter) => ({ adapter, weight: 1 })),
    space: request.space,
    ...(request.outputRank !== undefined && { outputRank: request.outputRank }),
    seed: 1,
    name: 'bench',
    outputPath: request.output,
    tf,
    signal: new AbortController().signal,
    processes: request.processes,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(adapters.map((adapter) => adapter.close()));
  const { size } = await stat(request.output);
  await rm(request.output);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    inputBytes: adapters.reduce((sum, { byteLength }) => sum + byteLength, 0),
    outputBytes: size,
    rank: outcome.rank,
    // Of the kernel, in KiB: also what was allocated and freed between two samples.
    peakBytes: process.resourceUsage().maxRSS * 1024,
    exact: outcome.fidelity.exact,
    relativeError: outcome.fidelity.relativeError,
    phases: {
      OPEN: (opened - started) / 1000,
      ...Object.fromEntries(outcome.timings.map(({ phase, seconds: took }) => [phase, took])),
    },
  };
}

const request = JSON.parse(process.argv[2]!) as RowRequest;
process.stdout.write(`${JSON.stringify(await measure(request))}\n`);
