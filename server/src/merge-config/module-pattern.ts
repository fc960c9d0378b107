/** A filter as a pattern of modules, or why it matches none that an adapter can have. */
export type ModulePattern =
  { readonly pattern: string } | { readonly severity: 'REFUSED' | 'IGNORED'; readonly reason: string };

/**
 * mergekit's filter is text that a tensor's name contains (`model.layers.0.mlp.up_proj.weight`); a pattern here is matched against the whole name of a module,
 * with `*` for any text, and there is no `.weight` at its end.
 */
export function modulePatternOf(filter: string): ModulePattern {
  if (filter === '') return { pattern: '*' };
  if (filter.includes('*')) {
    return {
      severity: 'REFUSED',
      reason: `the filter "${filter}" has a *, which mergekit takes for that character; name a part of the modules' names`,
    };
  }
  if (/(^|\.)(bias|.*norm.*)$/.test(filter)) {
    return { severity: 'IGNORED', reason: `the filter "${filter}" is for tensors that adapters do not change` };
  }
  const end = /\.?weight$/.exec(filter);
  return { pattern: end ? `*${filter.slice(0, end.index)}` : `*${filter}*` };
}
