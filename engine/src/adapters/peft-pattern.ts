import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';

/**
 * The value of the first key of a rank_pattern or alpha_pattern that matches a module: `^(.*\.)?(KEY)$`, in the order of the file, as PEFT does.
 *
 * Keys are regular expressions from an untrusted file. Only those are run whose cost is bounded and that Python and JavaScript read alike: letters,
 * digits, `_ - . \. \d [0-9]`, `^ $`, alternatives in plain groups, and few `* +`, none of them behind a group.
 */
export function matchPatterns(
  file: string,
  patterns: ReadonlyMap<string, number>,
  modules: readonly string[],
): ReadonlyMap<string, number> {
  const matched = new Map<string, number>();
  let steps = 0;
  for (const [key, value] of patterns) {
    // Each quantifier, and the optional prefix, may try every position of a name; each alternative may double that.
    const power = 1 + countQuantifiers(key);
    const branches = 2 ** (key.split('|').length - 1);
    for (const { length } of modules) steps += branches * length ** power;
    if (steps > adapterLimits.patternSteps) {
      const reason = `matching it with all ${modules.length} modules could take more than ${adapterLimits.patternSteps} steps`;
      throw adapterErrors.patternRefused({ file, pattern: key, reason });
    }
    const expression = compilePattern(file, key);
    for (const module of modules) if (!matched.has(module) && expression.test(module)) matched.set(module, value);
  }
  return matched;
}

const countQuantifiers = (key: string): number => key.replaceAll(/\\./g, '').match(/[*+]/g)?.length ?? 0;

const SAFE = /^(?:[A-Za-z0-9_.^$|()*+-]|\\[.d_-]|\[[A-Za-z0-9_-]+\])+$/;
const QUANTIFIED_GROUP = /\)[*+]/;
const MOST_QUANTIFIERS = 3;

function compilePattern(file: string, key: string): RegExp {
  const unsupported = (reason: string): Error => adapterErrors.patternRefused({ file, pattern: key, reason });
  if (key.length > adapterLimits.patternCharacters) {
    throw unsupported(`it has more than ${adapterLimits.patternCharacters} characters`);
  }
  if (!SAFE.test(key) || QUANTIFIED_GROUP.test(key) || countQuantifiers(key) > MOST_QUANTIFIERS) {
    throw unsupported('it is a regular expression beyond the plain ones that are read');
  }
  try {
    return new RegExp(`^(?:.*\\.)?(?:${key})$`);
  } catch (error) {
    throw adapterErrors.patternRefused({ file, pattern: key, reason: 'it is no regular expression' }, error);
  }
}
