import type { Strategy, WrapperStrategy } from '../contract/strategy.js';
import type { ParsedOptions } from './check-own-options.js';
import type { OptionIssue } from './option-issue.js';

/** Strategies by id, among which a wrapper finds the one that it wraps. */
export type StrategyDirectory = ReadonlyMap<string, Strategy>;

/** Wrappers within one another, the outermost counted: each multiplies the work of the ones inside. */
export const WRAPPER_DEPTH = 3;

type CheckOptions = (strategy: Strategy, raw: unknown, directory: StrategyDirectory, depth: number) => ParsedOptions;

/**
 * Checks the option `rule` of a wrapper, `{ ties: { density: 0.2 } }`, and fills in the defaults of what it names; left out, it is the wrapper's
 * default rule. Paths of issues begin below `rule`.
 */
export function checkRule(
  wrapper: WrapperStrategy,
  raw: unknown,
  directory: StrategyDirectory | undefined,
  depth: number,
  checkOptions: CheckOptions,
): ParsedOptions {
  const refuse = (message: string, path: OptionIssue['path'] = []): ParsedOptions => ({
    ok: false,
    issues: [{ path, message }],
  });
  const given = raw ?? wrapper.defaultRule;
  if (typeof given !== 'object' || Array.isArray(given)) return refuse('expected an object like { ties: {} }');
  const entries = Object.entries(given as Readonly<Record<string, unknown>>);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    return refuse(
      `expected exactly one strategy, got ${entries.length ? entries.map(([id]) => id).join(', ') : 'none'}`,
    );
  }
  const [id, options] = entry;
  if (directory === undefined) return refuse(`"${id}" cannot be looked up: no other strategies are known here`, [id]);
  if (depth >= WRAPPER_DEPTH) return refuse(`wrappers nest ${WRAPPER_DEPTH} deep at most`, [id]);
  const inner = directory.get(id);
  const problem = inner === undefined ? `there is no strategy "${id}"` : unsuitable(wrapper, inner);
  if (inner === undefined || problem !== undefined) {
    const allowed = [...directory.values()].filter((strategy) => unsuitable(wrapper, strategy) === undefined);
    const choice = allowed.map((strategy) => strategy.id).toSorted();
    return refuse(
      `${problem}; ${choice.length ? `choose one of ${choice.join(', ')}` : 'none is installed that fits'}`,
      [id],
    );
  }
  const parsed = checkOptions(inner, options, directory, depth + 1);
  if (parsed.ok) return { ok: true, options: { [id]: parsed.options } };
  return { ok: false, issues: parsed.issues.map(({ path, message }) => ({ path: [id, ...path], message })) };
}

/** Why a rule cannot be run inside a wrapper, or undefined. */
export function unsuitable(wrapper: WrapperStrategy, inner: Strategy): string | undefined {
  if (inner.id === wrapper.id) return `"${inner.id}" cannot wrap itself`;
  if (inner.kind === 'SEARCH') return `"${inner.id}" is a search, which no rule can wrap`;
  if (inner.outputs === 'PER_ADAPTER') return `"${inner.id}" has an output for each adapter, which no rule can wrap`;
  if (inner.needs.baseWeights) return `"${inner.id}" needs the weights of the base, which no wrapped rule gets`;
  if (inner.needs.statistics) return `"${inner.id}" needs statistics, which no wrapped rule gets`;
  if (wrapper.wraps === 'ELEMENTWISE' && inner.elementwise !== true) {
    return `"${wrapper.id}" changes the coordinates that are merged in, and "${inner.id}" does not treat every entry alike`;
  }
  return undefined;
}

/** What a wrapper's parsed options say that it wraps. */
export function wrappedBy(
  wrapper: WrapperStrategy,
  options: Readonly<Record<string, unknown>>,
): { readonly id: string; readonly options: Readonly<Record<string, unknown>> } {
  const rule = (options['rule'] ?? wrapper.defaultRule) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const [[id, inner]] = Object.entries(rule) as [[string, Readonly<Record<string, unknown>>]];
  return { id, options: inner };
}
