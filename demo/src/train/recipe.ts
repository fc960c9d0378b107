import type { TrainedMethod } from '@crucible/engine/training';

/** Seeds of the three runs: of A0, and of the order of the examples. The first one's adapters are shipped. */
export const RUNS = [
  { seed: 42, order: 1 },
  { seed: 43, order: 2 },
  { seed: 44, order: 3 },
] as const;
export type Run = (typeof RUNS)[number];

export const METHODS: readonly TrainedMethod[] = ['LORA', 'L_LORA'];
export const FOLDERS: Readonly<Record<TrainedMethod, string>> = { LORA: 'lora', L_LORA: 'l-lora' };

export const RECIPE = {
  targetModules: ['v_proj', 'out_proj'],
  rank: 16,
  alpha: 32,
  steps: 150,
  warmup: 15,
  batchSize: 64,
  weightDecay: 0,
  /** L-LoRA trains half of the factors and takes three times the rate. */
  learningRate: { LORA: 1e-3, L_LORA: 3e-3 },
} as const;
