export { GraphQLBigInt as BigIntScalar, GraphQLDateTime as DateTime } from 'graphql-scalars';
export { Sha256 } from './sha256.js';
