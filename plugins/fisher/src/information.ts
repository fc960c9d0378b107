import type { FisherOptions } from './options.js';

/** What is summed over an adapter's entries: how many, and Σ F or Σ F². */
export interface Information {
  readonly entries: number;
  readonly sum: number;
}

/** Of one module; float64, in row-major order. */
export function measureInformation(fisher: Float32Array, normalize: FisherOptions['normalize']): Information {
  let sum = 0;
  if (normalize === 'MEAN') for (const value of fisher) sum += value;
  if (normalize === 'L2') for (const value of fisher) sum += value * value;
  return { entries: fisher.length, sum };
}

/** What an adapter's Fisher information is divided by; 0 where it is zero everywhere. */
export function divisorOf({ entries, sum }: Information, normalize: FisherOptions['normalize']): number {
  if (normalize === 'NONE') return 1;
  return normalize === 'MEAN' ? sum / entries : Math.sqrt(sum);
}
