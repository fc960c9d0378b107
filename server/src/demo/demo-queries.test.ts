import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { demoQueries } from './demo-queries.js';

describe('the demo', () => {
  const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));

  it.each(Object.entries(demoQueries))('asks for %s in the words of the schema', (_name, document) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });
});
