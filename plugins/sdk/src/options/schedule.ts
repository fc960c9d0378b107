import { z } from 'zod';
import type { Strategy } from '../contract/strategy.js';
import type { WithOptions } from './check-own-options.js';
import { describeRefusal } from './describe-refusal.js';
import type { OptionIssue } from './option-issue.js';

/** A value that holds for some adapters and modules instead of what the options say; of several that match, the first wins. */
export interface Schedule {
  /** `weight`, or an option of the strategy that it lists as `schedulable`. */
  readonly parameter: string;
  /** Position of the adapter in the run's order; absent: all of them. */
  readonly adapter?: number;
  /** Pattern of whole module names, with `*` for any text; absent: all modules. */
  readonly modules?: string;
  /** One value, or a gradient over depth: the first at the first layer, the last at the last, in between by straight lines. */
  readonly values: readonly number[];
}

export const scheduleLimits = {
  /** Schedules of one strategy. */
  count: 256,
  values: 256,
  patternCharacters: 512,
  /** Magnitude of an adapter's weight, scheduled or not. */
  weight: 1e6,
} as const;

export type ParsedSchedules =
  | { readonly ok: true; readonly schedules: readonly Schedule[] }
  | { readonly ok: false; readonly issues: readonly OptionIssue[] };

/** The adapter's own weight, which a schedule may set as it may an option. */
export const WEIGHT = 'weight';

const WEIGHT_RANGE = z.number().min(-scheduleLimits.weight).max(scheduleLimits.weight);

/** What may be scheduled of a strategy; nothing of a search, which looks for the weights itself. */
export function schedulableOf(strategy: Pick<Strategy, 'kind' | 'schedulable'>): readonly string[] {
  return strategy.kind === 'SEARCH' ? [] : [WEIGHT, ...(strategy.schedulable ?? [])];
}

/**
 * Checks schedules as a caller wrote them: every value lies in the range of its option. Paths of issues begin below `schedules`.
 *
 * @param inside Whether the strategy is what a wrapper wraps: the adapters' weights belong to the outermost.
 */
export function checkSchedules(
  strategy: WithOptions & Pick<Strategy, 'kind' | 'schedulable' | 'perAdapter'>,
  raw: unknown,
  inside: boolean,
): ParsedSchedules {
  const schedulable = schedulableOf(strategy).filter((name) => !inside || name !== WEIGHT);
  const result = schemaOf(strategy.id, schedulable).safeParse(raw, { error: describeRefusal });
  if (!result.success) {
    const issues = result.error.issues.map(({ path, message }) => ({
      path: path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      message,
    }));
    return { ok: false, issues };
  }
  const schedules = result.data.map(({ parameter, adapter, modules, values }) => ({
    parameter,
    ...(adapter !== undefined && { adapter }),
    ...(modules !== undefined && { modules }),
    values,
  }));
  const own = [WEIGHT, ...(strategy.perAdapter ?? schedulable)];
  const issues = schedules.flatMap(({ parameter, adapter, values }, index): readonly OptionIssue[] => {
    if (adapter !== undefined && !own.includes(parameter)) {
      const message = `"${parameter}" of "${strategy.id}" is one for all adapters; leave adapter out`;
      return [{ path: [index, 'adapter'], message }];
    }
    const field: z.core.$ZodType | undefined = parameter === WEIGHT ? WEIGHT_RANGE : strategy.options.shape[parameter];
    if (field === undefined) return [];
    return values.flatMap((value, at) => {
      const checked = z.safeParse(field, value, { error: describeRefusal });
      if (checked.success) return [];
      return checked.error.issues.map(({ message }) => ({ path: [index, 'values', at], message }));
    });
  });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, schedules };
}

function schemaOf(strategy: string, schedulable: readonly string[]) {
  const { count, values, patternCharacters } = scheduleLimits;
  const choice = schedulable.length ? `choose ${schedulable.join(', ')}` : 'nothing can be';
  const parameter = z.string().refine((name) => schedulable.includes(name), {
    error: ({ input }) => `"${String(input)}" of "${strategy}" cannot be scheduled; ${choice}`,
  });
  const schedule = z.strictObject({
    parameter,
    adapter: z
      .int()
      .min(0)
      .nullish()
      .transform((position) => position ?? undefined),
    modules: z
      .string()
      .min(1)
      .max(patternCharacters)
      .nullish()
      .transform((pattern) => pattern ?? undefined),
    values: z.array(z.number()).min(1).max(values),
  });
  return z.array(schedule).max(count);
}
