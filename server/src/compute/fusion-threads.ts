import { fusionLimits } from '@crucible/sdk/host';

/** Bytes of adapters below which threads cost more than they bring: each imports a backend and the strategy first, about a second's work. */
export const BYTES_WORTH_THREADS = 32 << 20;

/** Backends that compute on one core of the CPU. The others share out the work themselves, or there is one GPU. */
const SINGLE_CORE: ReadonlySet<string> = new Set(['wasm', 'cpu']);

/** Threads that a fusion is shared out over. It changes the time that it takes and nothing else. */
export function fusionThreads(given: {
  /** Cores that are free. */
  readonly cores: number;
  /** Name of the TensorFlow.js backend. */
  readonly backend: string;
  /** Bytes of all adapters. */
  readonly bytes: number;
}): number {
  if (!SINGLE_CORE.has(given.backend) || given.bytes < BYTES_WORTH_THREADS) return 1;
  return Math.max(1, Math.min(given.cores, fusionLimits.processes));
}
