import { registerEnumType } from 'type-graphql';

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Smallest, earliest or alphabetically first at the top, or the other way round.',
  valuesConfig: {
    ASC: { description: 'Smallest, earliest, A first.' },
    DESC: { description: 'Greatest, latest, Z first.' },
  },
});
