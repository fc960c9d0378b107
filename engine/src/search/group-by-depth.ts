/** How coefficients are shared: `TASK` one for all modules, `LAYER` one per layer of the model, `MODULE` one per module. */
export const GRANULARITIES = ['TASK', 'LAYER', 'MODULE'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/**
 * Group of each module, from 0 without gaps, in the order of depth. A module's depth is the first number among the parts of its name, as in
 * `model.layers.7.self_attn.q_proj`; modules without one (embeddings, projections, heads) share a group of their own behind the last layer.
 */
export function groupByGranularity(modules: readonly string[], granularity: Granularity): readonly number[] {
  if (granularity === 'TASK') return modules.map(() => 0);
  if (granularity === 'MODULE') return modules.map((_, index) => index);
  return groupByDepth(modules, Number.POSITIVE_INFINITY);
}

/** The same for at most so many blocks of neighbouring layers, as equal in length as whole layers allow; what has no depth is in the last block. */
export function groupByDepth(modules: readonly string[], blocks: number): readonly number[] {
  const depths = modules.map(depthOf);
  const known = [...new Set(depths)].sort((x, y) => x - y);
  const count = Math.min(blocks, known.length);
  return depths.map((depth) => Math.floor((known.indexOf(depth) * count) / known.length));
}

/** Infinity where the name has no number. */
function depthOf(module: string): number {
  const part = module.split('.').find((each) => /^\d{1,9}$/.test(each));
  return part === undefined ? Number.POSITIVE_INFINITY : Number(part);
}
