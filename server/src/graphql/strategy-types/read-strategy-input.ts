import { describeOptions, type OptionDescription, type Strategy } from '@crucible/sdk';
import { NO_OPTIONS } from './option-types.js';

export interface StrategyChoice {
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
}

type Installed = ReadonlyMap<string, { readonly strategy: Strategy }>;

/** The one field of a `StrategyInput` that was given. GraphQL has already refused none and two. */
export function readStrategyInput(input: Readonly<Record<string, unknown>>, strategies: Installed): StrategyChoice {
  const [[strategy, given] = ['', {}]] = Object.entries(input);
  const known = strategies.get(strategy)?.strategy;
  const fields = known === undefined ? [] : describeOptions(known.options);
  const { rule, schedules, ...own } = given as Readonly<Record<string, unknown>>;
  return {
    strategy,
    options: {
      ...withoutNulls(own, fields),
      ...ruleOf(rule, strategies),
      // An empty list stands for nothing, as leaving it out does.
      ...(Array.isArray(schedules) && schedules.length > 0 && { schedules: schedules.map(withoutNull) }),
    },
  };
}

/** What a wrapper wraps, as a `StrategyInput` in its turn. */
function ruleOf(rule: unknown, strategies: Installed): { readonly rule?: unknown } {
  if (rule === undefined || rule === null) return {};
  const read = (each: unknown): Readonly<Record<string, unknown>> => {
    const { strategy, options } = readStrategyInput(each as Readonly<Record<string, unknown>>, strategies);
    return { [strategy]: options };
  };
  // A grid has a list of them.
  return { rule: Array.isArray(rule) ? rule.map(read) : read(rule) };
}

const withoutNull = (schedule: object): object =>
  Object.fromEntries(Object.entries(schedule).filter(([, value]) => value !== null));

/** GraphQL lets `null` stand for "left out" where a field may be left out; zod tells the two apart. */
function withoutNulls(
  value: Readonly<Record<string, unknown>>,
  fields: readonly OptionDescription[],
): Record<string, unknown> {
  const described = new Map(fields.map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => name !== NO_OPTIONS && (item !== null || described.get(name)?.nullable === true))
      .map(([name, item]) => {
        const nested = described.get(name)?.nested;
        return [name, nested && item !== null ? withoutNulls(item as Record<string, unknown>, nested) : item];
      }),
  );
}
