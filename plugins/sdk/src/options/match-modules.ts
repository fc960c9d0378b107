/**
 * A pattern of whole module names: `*` stands for any text, dots included, and every other character for itself. `*.mlp.*` is every module of every MLP;
 * what mergekit writes as the filter `mlp`, a part of the name, is `*mlp*` here.
 */
export function matchModules(pattern: string): (module: string) => boolean {
  const parts = pattern.split('*');
  return (module) => matches(parts, module);
}

/** Greedy from the left, which is enough for a pattern of this kind and takes linear time, whatever the pattern. */
function matches([head, ...rest]: readonly string[], module: string): boolean {
  const tail = rest.pop();
  if (tail === undefined) return module === head;
  if (!module.startsWith(head!)) return false;
  let at = head!.length;
  for (const part of rest) {
    const found = module.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return module.length >= at + tail.length && module.endsWith(tail);
}
