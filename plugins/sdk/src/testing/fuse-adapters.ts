import { openAdapter, type AdapterFile, type AdapterManifest } from '@crucible/engine/adapters';
import { createLowRank, toDense, type Matrix } from '@crucible/engine/algebra';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Strategy } from '../contract/strategy.js';
import { openBackend } from '../host/fusion/open-backend.js';
import type { FusionOutcome, FusionRequest, StatisticsFile } from '../host/fusion-run.js';
import { runFusion } from '../host/run-fusion.js';

export interface FuseForTest extends Partial<Omit<FusionRequest, 'strategy' | 'members' | 'outputPath'>> {
  readonly strategy: Strategy;
  readonly adapters: readonly AdapterFile[];
  /** 1 each, unless given. */
  readonly weights?: readonly number[];
  /** Of each adapter, for strategies that need them. */
  readonly statistics?: readonly StatisticsFile[];
  /** Name of the TensorFlow.js backend; `cpu` unless given. */
  readonly backend?: string;
}

/** A file of the result. */
export interface FusedFileForTest {
  readonly manifest: AdapterManifest;
  /** The file's bytes. */
  readonly bytes: Buffer;
  readonly factors: ReadonlyMap<
    string,
    { readonly a: Float32Array; readonly b: Float32Array; readonly rank: number; readonly scale: number }
  >;
  /** ΔW of each module in float64, `[out, in]`. */
  readonly deltas: ReadonlyMap<string, Matrix>;
}

/** The one result, or that for the first adapter. */
export interface FusedForTest extends FusedFileForTest {
  readonly outcome: FusionOutcome;
  /** All results: one, or one for each adapter. */
  readonly outputs: readonly FusedFileForTest[];
}

/** Fuses through the same runner as the platform, and brings back all of the result; nothing stays on disk. */
export async function fuseAdapters(request: FuseForTest): Promise<FusedForTest> {
  const { adapters, weights, statistics, backend = 'cpu', ...rest } = request;
  const folder = await mkdtemp(join(tmpdir(), 'crucible-fuse-'));
  try {
    const outputPath = join(folder, 'fused.safetensors');
    const outcome = await runFusion({
      options: {},
      seed: 1,
      name: 'fused',
      tf: rest.tf ?? (await openBackend(backend)),
      signal: new AbortController().signal,
      ...rest,
      members: adapters.map((adapter, i) => ({
        adapter,
        weight: weights?.[i] ?? 1,
        ...(statistics?.[i] && { statistics: statistics[i] }),
      })),
      outputPath,
    });
    const outputs = await Promise.all((outcome.outputs ?? [outcome]).map(({ path }) => readFused(path)));
    return { outcome, ...outputs[0]!, outputs };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readFused(path: string): Promise<FusedFileForTest> {
  const output = await openAdapter(path);
  try {
    return { manifest: output.manifest, bytes: await readFile(path), ...(await readAll(output)) };
  } finally {
    await output.close();
  }
}

async function readAll(adapter: AdapterFile): Promise<Pick<FusedFileForTest, 'factors' | 'deltas'>> {
  const factors = new Map<string, { a: Float32Array; b: Float32Array; rank: number; scale: number }>();
  for (const { name, rank, scale } of adapter.modules.values()) {
    factors.set(name, { ...(await adapter.readFactors(name)), rank, scale });
  }
  return { factors, deltas: await readDeltas(adapter) };
}

/** ΔW of each module of an adapter in float64. */
export async function readDeltas(adapter: AdapterFile): Promise<ReadonlyMap<string, Matrix>> {
  const deltas = new Map<string, Matrix>();
  for (const info of adapter.modules.values()) {
    deltas.set(info.name, toDense(createLowRank(await adapter.readFactors(info.name), info)));
  }
  return deltas;
}

/** ‖x - y‖ / ‖y‖ over all modules; a module that one lacks counts as zero. */
export function distance(x: ReadonlyMap<string, Matrix>, y: ReadonlyMap<string, Matrix>): number {
  let difference = 0;
  let size = 0;
  for (const module of new Set([...x.keys(), ...y.keys()])) {
    const left = x.get(module)?.data;
    const right = y.get(module)?.data;
    const length = (left ?? right)!.length;
    for (let i = 0; i < length; i += 1) {
      difference += ((left?.[i] ?? 0) - (right?.[i] ?? 0)) ** 2;
      size += (right?.[i] ?? 0) ** 2;
    }
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}
