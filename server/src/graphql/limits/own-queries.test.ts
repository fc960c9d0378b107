import { readFile } from 'node:fs/promises';
import { buildSchema, getIntrospectionQuery, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { demoQueries } from '../../demo/demo-queries.js';
import { exampleTabs } from '../ide/example-tabs.js';
import { checkQuery } from './check-query.js';
import { measureQuery } from './measure-query.js';
import { requestLimits } from './request-limits.js';

const schema = buildSchema(await readFile(new URL('../../../../schema/schema.graphql', import.meta.url), 'utf8'));

describe('the limits', () => {
  it.each([
    ...Object.entries(demoQueries),
    ...exampleTabs.map(({ query }, index): [string, string] => [`example ${index}`, query]),
    ['introspection', getIntrospectionQuery()] as [string, string],
  ])('let pass what we ask ourselves: %s', (_name, text) => {
    const document = parse(text, { maxTokens: requestLimits.tokens });
    const operation = getOperationAST(document)!;
    expect(checkQuery(schema, document, operation, {})).toEqual([]);
    expect(measureQuery(schema, document, operation, {}).cost).toBeLessThan(requestLimits.cost);
  });
});
