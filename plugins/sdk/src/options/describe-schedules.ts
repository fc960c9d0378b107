import type { Strategy } from '../contract/strategy.js';
import type { OptionDescription } from './describe-options.js';
import { schedulableOf, scheduleLimits } from './schedule.js';

/** The option `schedules` that the platform adds, as a form needs it; undefined for a strategy of which nothing may vary. */
export function describeSchedules(strategy: Pick<Strategy, 'kind' | 'schedulable'>): OptionDescription | undefined {
  const values = schedulableOf(strategy);
  if (values.length === 0) return undefined;
  const field = { nullable: false, required: false, requiredOnPurpose: false };
  const item = {
    type: 'OBJECT' as const,
    nullable: false,
    nested: [
      { ...field, name: 'parameter', type: 'ENUM' as const, values, required: true, description: 'What varies' },
      {
        ...field,
        name: 'adapter',
        type: 'INT' as const,
        nullable: true,
        minimum: 0,
        description: 'Position of the adapter, from 0; left out: all adapters',
      },
      {
        ...field,
        name: 'modules',
        type: 'STRING' as const,
        nullable: true,
        minLength: 1,
        maxLength: scheduleLimits.patternCharacters,
        description: 'Pattern of whole module names, with * for any text; left out: all modules',
      },
      {
        ...field,
        name: 'values',
        type: 'LIST' as const,
        required: true,
        minLength: 1,
        maxLength: scheduleLimits.values,
        item: { type: 'FLOAT' as const, nullable: false },
        description: 'One value, or a gradient over depth',
      },
    ],
  };
  return {
    ...field,
    name: 'schedules',
    description:
      'Weights and options that vary by adapter, layer and module; of several entries that match, the first wins.',
    default: [],
    type: 'LIST',
    maxLength: scheduleLimits.count,
    item,
  };
}
