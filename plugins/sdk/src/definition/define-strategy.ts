import type { z } from 'zod';
import type { ModuleStrategy, SearchStrategy, WrapperStrategy } from '../contract/strategy.js';

/**
 * Defines a rule that works module by module; the types of its options come from its zod object.
 *
 * ```ts
 * export const simpleSum = defineModuleStrategy({
 *   id: 'simpleSum', title: 'Sum', description: '…', references: [{ title: '…', arxiv: '2212.04089' }],
 *   needs: { minAdapters: 1, order: 'INVARIANT' }, spaces: ['FRAME', 'DELTA'],
 *   options: z.object({ lambda: z.number().default(1).describe('Factor on the sum.') }),
 *   fuseModule: ({ members, options }) => ({ kind: 'combination', coefficients: members.map(() => options.lambda) }),
 * });
 * ```
 */
export function defineModuleStrategy<Schema extends z.ZodObject, State = undefined, Observation = undefined>(
  strategy: Omit<ModuleStrategy<Schema, State, Observation>, 'kind'>,
): ModuleStrategy<Schema, State, Observation> {
  return Object.freeze({ ...strategy, kind: 'MODULE' as const });
}

/** Defines a rule that looks for one coefficient per adapter by what they score on `validation`. */
export function defineSearchStrategy<Schema extends z.ZodObject>(
  strategy: Omit<SearchStrategy<Schema>, 'kind'>,
): SearchStrategy<Schema> {
  return Object.freeze({ ...strategy, kind: 'SEARCH' as const });
}

/** Defines a rule over a rule; the host adds the option `rule` to its own. */
export function defineWrapperStrategy<Schema extends z.ZodObject>(
  strategy: Omit<WrapperStrategy<Schema>, 'kind'>,
): WrapperStrategy<Schema> {
  return Object.freeze({ ...strategy, kind: 'WRAPPER' as const });
}
