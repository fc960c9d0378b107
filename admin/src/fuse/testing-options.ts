import type { OptionDescription, StrategyForm } from './option-description';

/** An option with nothing said of it but what is given. For tests. */
export const option = (
  given: Partial<OptionDescription> & Pick<OptionDescription, 'name' | 'type'>,
): OptionDescription => ({
  itemType: null,
  description: '',
  required: false,
  nullable: false,
  default: null,
  range: '',
  values: null,
  min: null,
  max: null,
  greaterThan: null,
  lessThan: null,
  minLength: null,
  maxLength: null,
  fields: null,
  ...given,
});

const density = option({
  name: 'density',
  type: 'FLOAT',
  default: '0.2',
  greaterThan: 0,
  max: 1,
  range: 'at most 1, more than 0',
});

const schedules = option({
  name: 'schedules',
  type: 'LIST',
  itemType: 'OBJECT',
  default: '[]',
  maxLength: 256,
  fields: [
    option({ name: 'parameter', type: 'ENUM', required: true, values: ['WEIGHT', 'DENSITY'] }),
    option({ name: 'adapter', type: 'INT', min: 0, nullable: true }),
    option({ name: 'modules', type: 'STRING', nullable: true }),
    option({ name: 'values', type: 'LIST', itemType: 'FLOAT', required: true, minLength: 1, maxLength: 256 }),
  ],
});

export const ties: StrategyForm = {
  key: 'ties',
  title: 'TIES',
  wraps: [],
  options: [
    option({ name: 'preset', type: 'ENUM', default: 'PAPER', values: ['PAPER', 'PEFT'] }),
    density,
    option({
      ...density,
      name: 'densities',
      type: 'LIST',
      itemType: 'FLOAT',
      default: null,
      minLength: 1,
      maxLength: 3,
    }),
    option({ name: 'trimScope', type: 'ENUM', values: ['GLOBAL', 'TENSOR'] }),
    option({ name: 'rounds', type: 'INT', default: '3', min: 1, max: 9 }),
    option({ name: 'normalize', type: 'BOOLEAN', default: 'true' }),
    option({
      name: 'ends',
      type: 'OBJECT',
      fields: [option({ name: 'low', type: 'FLOAT', required: true }), option({ name: 'high', type: 'FLOAT' })],
    }),
    schedules,
  ],
};

export const knots: StrategyForm = {
  key: 'knots',
  title: 'KnOTS',
  wraps: [{ key: 'ties' }],
  options: [option({ name: 'floor', type: 'FLOAT', min: 0, max: 1, range: '0 to 1' })],
};

export const doMerging: StrategyForm = {
  key: 'doMerging',
  title: 'DO',
  wraps: [{ key: 'ties' }, { key: 'knots' }],
  options: [],
};

export const findStrategy = (key: string): StrategyForm | undefined =>
  [ties, knots, doMerging].find((strategy) => strategy.key === key);
