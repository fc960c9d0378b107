import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkQuery } from './check-query.js';
import { measureQuery, type QueryMeasure } from './measure-query.js';
import { requestLimits } from './request-limits.js';

const schema = buildSchema(`
  input PageInput { offset: Int limit: Int }
  type Query { me: Person people(first: Int, page: PageInput): PersonConnection! plain: [Person!]! some(first: Int = 5): [Person!]! }
  type PersonConnection { edges: [PersonEdge!]! nodes: [Person!]! totalCount: Int! }
  type PersonEdge { node: Person! }
  type Person { name: String! friends(first: Int): PersonConnection! tags: [String!]! me: Person }
`);

function measure(query: string, variables: Record<string, unknown> = {}): QueryMeasure {
  const document = parse(query);
  return measureQuery(schema, document, getOperationAST(document)!, variables);
}

describe('measureQuery', () => {
  it.each([
    ['{ me { name } }', { depth: 2, aliases: 0, cost: 1 }],
    ['{ a: me { b: name } }', { depth: 2, aliases: 2, cost: 1 }],
    ['{ plain { name tags } }', { depth: 2, aliases: 0, cost: requestLimits.plainListItems }],
    ['{ people(first: 3) { edges { node { name } } } }', { depth: 4, aliases: 0, cost: 9 }],
    ['{ people(page: { limit: 7 }) { nodes { name } } }', { depth: 3, aliases: 0, cost: 14 }],
    ['{ people { nodes { name } } }', { depth: 3, aliases: 0, cost: 2 * requestLimits.defaultPage }],
    ['{ people(first: 2) { nodes { friends(first: 5) { nodes { name } } } } }', { depth: 5, aliases: 0, cost: 24 }],
    ['{ some(first: 4) { some: me { name } } }', { depth: 3, aliases: 1, cost: 8 }],
    ['{ __schema { types { name } } }', { depth: 1, aliases: 0, cost: 0 }],
  ])('%s', (query, expected) => {
    expect(measure(query)).toEqual(expected);
  });

  it.each([
    ['query ($n: Int) { people(first: $n) { nodes { name } } }', { n: 4 }, 8],
    ['query ($n: Int = 6) { people(first: $n) { nodes { name } } }', {}, 12],
    ['query ($p: PageInput) { people(page: $p) { nodes { name } } }', { p: { limit: 9 } }, 18],
    ['query ($n: Int) { people(page: { limit: $n }) { nodes { name } } }', { n: 2 }, 4],
    ['query ($n: Int) { people(first: $n) { nodes { name } } }', { n: 1e9 }, 2 * requestLimits.maxPage],
    ['query ($n: Int) { people(first: $n) { nodes { name } } }', { n: -5 }, 2 * requestLimits.defaultPage],
  ])('reads page sizes from variables: %s %j', (query, variables, cost) => {
    expect(measure(query, variables).cost).toBe(cost);
  });

  it('measures fragments that spread each other in linear time', () => {
    const levels = 200;
    const fragments = Array.from(
      { length: levels },
      (_, level) =>
        `fragment F${level} on Person { a${level}: me { ...F${level + 1} } b${level}: me { ...F${level + 1} } }`,
    );
    const query = `{ me { ...F0 } } ${fragments.join('\n')} fragment F${levels} on Person { name }`;
    expect(measure(query).cost).toBeGreaterThan(2 ** levels);
  });
});

describe('checkQuery', () => {
  const nest = (levels: number): string => '{ me '.repeat(levels) + '{ name }' + ' }'.repeat(levels);
  const aliases = (count: number): string =>
    `{ me { ${Array.from({ length: count }, (_, index) => `n${index}: name`).join(' ')} } }`;
  const codes = (query: string): unknown[] => {
    const document = parse(query);
    return checkQuery(schema, document, getOperationAST(document)!, {}).map((error) => error.extensions['code']);
  };

  it.each([
    ['the deepest allowed', nest(requestLimits.depth - 1), []],
    ['one level more', nest(requestLimits.depth), ['QUERY_TOO_DEEP']],
    ['the most aliases allowed', aliases(requestLimits.aliases), []],
    ['one alias more', aliases(requestLimits.aliases + 1), ['QUERY_TOO_MANY_ALIASES']],
    [
      'lists in lists',
      '{ people(first: 500) { nodes { friends(first: 500) { nodes { name } } } } }',
      ['QUERY_TOO_COSTLY'],
    ],
  ])('%s', (_title, query, expected) => {
    expect(codes(query)).toEqual(expected);
  });
});
