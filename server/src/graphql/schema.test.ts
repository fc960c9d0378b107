import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadPlugins } from '@crucible/sdk/host';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOST_FOLDER } from '../compute/load-strategy.js';
import { buildSchema } from './build-schema.js';
import { descriptions } from './descriptions.js';
import { schemaText } from './print-schema.js';

const committed = fileURLToPath(new URL('../../../schema/schema.graphql', import.meta.url));

describe('the contract', () => {
  let schema: GraphQLSchema;
  let pluginTypes: ReadonlySet<string>;
  let installed: readonly string[];

  beforeAll(async () => {
    const registry = await loadPlugins({ root: HOST_FOLDER });
    installed = [...registry.strategies.keys()];
    schema = (await buildSchema(registry)).schema;
    const bare = (await buildSchema({ plugins: [], strategies: new Map(), adapterMethods: new Map() })).schema;
    pluginTypes = new Set(Object.keys(schema.getTypeMap()).filter((name) => bare.getType(name) === undefined));
  });

  it('is a valid schema', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it('is the one that is committed; otherwise: npm run schema:print', async () => {
    expect(existsSync(committed)).toBe(true);
    expect(schemaText(schema)).toBe(await readFile(committed, 'utf8'));
  });

  it('describes every type, field, argument and value', () => {
    const missing: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
      if (!type.description) missing.push(type.name);
      // What a plugin's enum values mean is told by its option's own description.
      if (isEnumType(type) && !pluginTypes.has(type.name)) {
        for (const value of type.getValues()) if (!value.description) missing.push(`${type.name}.${value.name}`);
      }
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) missing.push(`${type.name}.${field.name}`);
        for (const argument of 'args' in field ? field.args : []) {
          if (!argument.description) missing.push(`${type.name}.${field.name}(${argument.name})`);
        }
      }
    }
    expect(missing).toEqual([]);
  });

  it('has a table of descriptions without dead entries', () => {
    const dead = Object.keys(descriptions).filter((key) => {
      const [typeName, member] = key.split('.');
      const type = schema.getType(typeName!);
      if (member === undefined) return type === undefined;
      if (isEnumType(type)) return type.getValue(member) === undefined;
      return !((isObjectType(type) || isInterfaceType(type)) && member in type.getFields());
    });
    expect(dead).toEqual([]);
  });

  it('has one field per installed strategy in StrategyInput', () => {
    const input = schema.getType('StrategyInput');
    const fields = isInputObjectType(input) ? Object.keys(input.getFields()).sort() : [];
    expect(fields).toEqual(installed.toSorted());
    expect(fields).toContain('ties');
  });

  it('stands without any plugin', async () => {
    const bare = (await buildSchema({ plugins: [], strategies: new Map(), adapterMethods: new Map() })).schema;
    expect(validateSchema(bare)).toEqual([]);
  });
});
