import { registerEnumType } from 'type-graphql';

export enum StrategyOutputs {
  ONE = 'ONE',
  PER_ADAPTER = 'PER_ADAPTER',
}
registerEnumType(StrategyOutputs, {
  name: 'StrategyOutputs',
  description: 'How many adapters a run of a strategy gives.',
  valuesConfig: {
    ONE: { description: 'One for all that went in.' },
    PER_ADAPTER: { description: 'One for each that went in, scored on that adapter’s own task.' },
  },
});
