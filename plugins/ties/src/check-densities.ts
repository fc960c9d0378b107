import type { OptionIssue, RunFacts } from '@crucible/sdk';
import type { TiesOptions } from './options.js';

/** A list of densities has one entry per adapter. */
export function checkDensities({ densities }: TiesOptions, { adapterCount }: RunFacts): readonly OptionIssue[] {
  if (densities === undefined || densities.length === adapterCount) return [];
  const message = `got ${densities.length} densities for ${adapterCount} adapters; give one per adapter in their order, or density alone for all`;
  return [{ path: ['densities'], message }];
}
