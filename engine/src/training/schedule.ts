export interface Schedule {
  readonly learningRate: number;
  readonly steps: number;
  /** Steps over which the rate rises linearly from 0. */
  readonly warmup: number;
  /** How the rate goes on after the warm-up: half a cosine down to 0, or constant, as for the paper's language tasks. COSINE unless given. */
  readonly schedule?: RateSchedule | undefined;
}

export type RateSchedule = 'COSINE' | 'CONSTANT';

/**
 * The rate of step `step` (0 for the first): a linear rise, then half a cosine down to 0, as transformers' `get_cosine_schedule_with_warmup`, except
 * that the first step has rate learningRate / warmup and not 0, so that no step is wasted.
 */
export function learningRateAt({ learningRate, steps, warmup, schedule }: Schedule, step: number): number {
  if (step < warmup) return (learningRate * (step + 1)) / warmup;
  if (schedule === 'CONSTANT') return learningRate;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
