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
  for (const [key, value] of patterns) {
    const expression = compilePattern(file, key);
    for (const module of modules) if (!matched.has(module) && expression.test(module)) matched.set(module, value);
  }
  return matched;
}

const SAFE = /^(?:[A-Za-z0-9_.^$|()*+-]|\\[.d_-]|\[[A-Za-z0-9_-]+\])+$/;
const QUANTIFIED_GROUP = /\)[*+]/;
const MOST_QUANTIFIERS = 3;

function compilePattern(file: string, key: string): RegExp {
  const unsupported = (reason: string): Error =>
    adapterErrors.peftUnsupported({ file, feature: `the pattern ${JSON.stringify(key.slice(0, 200))}`, reason });
  if (key.length > adapterLimits.patternCharacters) {
    throw unsupported(`it has more than ${adapterLimits.patternCharacters} characters`);
  }
  const quantifiers = key.replaceAll(/\\./g, '').match(/[*+]/g)?.length ?? 0;
  if (!SAFE.test(key) || QUANTIFIED_GROUP.test(key) || quantifiers > MOST_QUANTIFIERS) {
    throw unsupported('it is a regular expression beyond the plain ones that are read');
  }
  try {
    return new RegExp(`^(?:.*\\.)?(?:${key})$`);
  } catch (error) {
    throw adapterErrors.peftUnsupported(
      { file, feature: `the pattern ${JSON.stringify(key)}`, reason: 'it is no regular expression' },
      error,
    );
  }
}
