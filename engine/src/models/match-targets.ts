import { modelErrors } from './errors.js';

/** As in PEFT: every linear layer of the model's repeated blocks, whose names have a number in them; heads and projections are left out. */
const ALL_LINEAR = 'all-linear';

/**
 * The linear layers that target modules name, sorted. A target is a layer's full name, its last parts (`v_proj`, `self_attn.v_proj`), the same with `*`
 * for any run of characters (`layers.0.*`), or `all-linear` for those of the repeated blocks.
 *
 * Every target must name something: PEFT asks that of one, which let a typing error (`v_porj`) of the L-LoRA authors pass unseen.
 *
 * @throws modelErrors.targetsUnmatched
 */
export function matchTargets(layers: Iterable<string>, targets: readonly string[]): readonly string[] {
  const known = [...layers];
  const matched = new Set<string>();
  for (const target of targets) {
    const found = known.filter((name) => matches(name, target));
    if (found.length === 0) throw modelErrors.targetsUnmatched({ target, known: lastParts(known) });
    for (const name of found) matched.add(name);
  }
  if (matched.size === 0) throw modelErrors.targetsUnmatched({ target: '', known: lastParts(known) });
  return known.filter((name) => matched.has(name)).sort();
}

function matches(name: string, target: string): boolean {
  if (target === ALL_LINEAR) return /\.\d+\./.test(name);
  const pattern = target.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(?:.*\\.)?${pattern.join('.*')}$`, 's').test(name);
}

const lastParts = (names: readonly string[]): readonly string[] =>
  [...new Set(names.map((name) => name.slice(name.lastIndexOf('.') + 1)))].sort();
