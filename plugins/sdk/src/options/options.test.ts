import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions } from './describe-options.js';
import { optionsJsonSchema } from './options-json-schema.js';
import { checkOptions, parseOptions } from './parse-options.js';

const options = z.object({
  density: z.number().min(0).max(1).default(0.2).describe('Share kept.'),
  rounds: z.int().gt(0).describe('Rounds.').default(3),
  scope: z.enum(['GLOBAL', 'MODULE']).default('GLOBAL').describe('Where.'),
  clamp: z.number().nullable().default(null).describe('Bound.'),
  exact: z.boolean().default(true).describe('Exactly.'),
  note: z.string().max(20).optional().describe('For people.'),
  perAdapter: z.array(z.number().min(0)).max(64).default([]).describe('One each.'),
  trim: z
    .object({ ties: z.enum(['KEEP', 'DROP']).default('KEEP').describe('Ties.') })
    .prefault({})
    .describe('Trim.'),
});
const strategy = { id: 'example', options };

describe('describeOptions', () => {
  it('gives one description per field, in declaration order', () => {
    const common = { nullable: false, required: false, requiredOnPurpose: false };
    expect(describeOptions(options)).toEqual([
      { ...common, name: 'density', type: 'FLOAT', minimum: 0, maximum: 1, default: 0.2, description: 'Share kept.' },
      { ...common, name: 'rounds', type: 'INT', exclusiveMinimum: 0, default: 3, description: 'Rounds.' },
      {
        ...common,
        name: 'scope',
        type: 'ENUM',
        values: ['GLOBAL', 'MODULE'],
        default: 'GLOBAL',
        description: 'Where.',
      },
      { ...common, name: 'clamp', type: 'FLOAT', nullable: true, default: null, description: 'Bound.' },
      { ...common, name: 'exact', type: 'BOOLEAN', default: true, description: 'Exactly.' },
      { ...common, name: 'note', type: 'STRING', maxLength: 20, description: 'For people.' },
      {
        ...common,
        name: 'perAdapter',
        type: 'LIST',
        maxLength: 64,
        item: { type: 'FLOAT', nullable: false, minimum: 0 },
        default: [],
        description: 'One each.',
      },
      {
        ...common,
        name: 'trim',
        type: 'OBJECT',
        nested: [
          { ...common, name: 'ties', type: 'ENUM', values: ['KEEP', 'DROP'], default: 'KEEP', description: 'Ties.' },
        ],
        default: {},
        description: 'Trim.',
      },
    ]);
  });

  it('says nothing is required, and refuses unknown keys, in JSON Schema', () => {
    const schema = optionsJsonSchema(strategy) as Record<string, unknown>;
    expect(schema['required']).toBeUndefined();
    expect(schema['additionalProperties']).toBe(false);
  });
});

describe('parseOptions', () => {
  it('fills in defaults', () => {
    expect(parseOptions(strategy, undefined)).toEqual({
      density: 0.2,
      rounds: 3,
      scope: 'GLOBAL',
      clamp: null,
      exact: true,
      perAdapter: [],
      trim: { ties: 'KEEP' },
    });
  });

  it('names every wrong option by its path', () => {
    const parsed = checkOptions(strategy, { density: 3, perAdapter: [1, -1], trim: { ties: 'x' }, lamda: 1 });
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual([
      ['density'],
      ['perAdapter', 1],
      ['trim', 'ties'],
      ['lamda'],
    ]);
  });

  it.each([
    [{ density: Number.NaN }, 'density'],
    [{ density: Number.POSITIVE_INFINITY }, 'density'],
    [{ lamda: 1 }, 'unknown option; there are density, rounds'],
    ['density', 'got "density", expected an object'],
  ])('refuses %j', (raw, expected) => {
    expect(() => parseOptions(strategy, raw)).toThrow(expected);
  });
});
