import { scheduleLimits } from '../options/schedule.js';

/** Bounds on what one fusion may ask for. */
export const fusionLimits = {
  adapters: 256,
  outputRank: 65_536,
  /** Modules of all adapters together. */
  modules: 100_000,
  /** Coefficients that one search may look for: groups of modules times adapters. */
  coefficients: 65_536,
  /** Threads that modules are shared out over. */
  processes: 64,
  /** Magnitude of an adapter's weight. */
  weight: scheduleLimits.weight,
} as const;
