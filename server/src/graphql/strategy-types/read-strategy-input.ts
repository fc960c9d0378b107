import { describeOptions, type OptionDescription, type Strategy } from '@crucible/sdk';
import { NO_OPTIONS } from './option-types.js';

export interface StrategyChoice {
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The one field of a `StrategyInput` that was given. GraphQL has already refused none and two. */
export function readStrategyInput(
  input: Readonly<Record<string, unknown>>,
  strategies: ReadonlyMap<string, { readonly strategy: Strategy }>,
): StrategyChoice {
  const [[strategy, given] = ['', {}]] = Object.entries(input);
  const known = strategies.get(strategy)?.strategy;
  const fields = known === undefined ? [] : describeOptions(known.options);
  return { strategy, options: withoutNulls(given as Record<string, unknown>, fields) };
}

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
