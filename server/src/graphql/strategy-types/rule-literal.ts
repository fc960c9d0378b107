import { describeOptions, type Strategy } from '@crucible/sdk';
import { literal } from '../types/strategy-option.js';
import { screamingSnakeCase } from './type-names.js';

type Options = Readonly<Record<string, unknown>>;
type Installed = ReadonlyMap<string, { readonly strategy: Strategy }>;

/** The rule of a wrapper as GraphQL writes it: `{ties: {density: 0.2, preset: PAPER}}`. */
export function ruleLiteral(rule: unknown, strategies: Installed): string {
  const [[id, options] = ['', {}]] = Object.entries(rule as Readonly<Record<string, Options>>);
  const known = strategies.get(id)?.strategy;
  const shapes = new Map(known && describeOptions(known.options).map((option) => [option.name, option]));
  const parts = Object.entries(options).map(([name, value]) => {
    if (name === 'rule') return `rule: ${ruleLiteral(value, strategies)}`;
    if (name === 'schedules') return `schedules: [${(value as readonly Options[]).map(scheduleLiteral).join(', ')}]`;
    return `${name}: ${literal(value, shapes.get(name) ?? { type: 'STRING' })}`;
  });
  return `{${id}: {${parts.join(', ')}}}`;
}

function scheduleLiteral(schedule: Options): string {
  const parts = Object.entries(schedule).map(([name, value]) =>
    name === 'parameter' ? `${name}: ${screamingSnakeCase(String(value))}` : `${name}: ${JSON.stringify(value)}`,
  );
  return `{${parts.join(', ')}}`;
}
