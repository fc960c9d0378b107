import { describe, expect, it } from 'vitest';
import { strategiesIn, toStrategyInput } from './graphql-options.js';

const schemas = new Map<string, object>([
  ['ties', { properties: { preset: { enum: ['paper', 'magPrune'] }, density: { type: 'number' } } }],
  [
    'outer',
    { properties: { modes: { items: { enum: ['a-b'] } }, maybe: { anyOf: [{ enum: ['x'] }, { type: 'null' }] } } },
  ],
]);

describe('a run’s options as a request has them', () => {
  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ['ties', { preset: 'magPrune', density: 0.2 }, { ties: { preset: 'MAG_PRUNE', density: 0.2 } }],
    ['outer', { modes: ['a-b'], maybe: 'x' }, { outer: { modes: ['A_B'], maybe: 'X' } }],
    ['outer', { maybe: null }, { outer: { maybe: null } }],
    ['outer', { rule: { ties: { preset: 'paper' } } }, { outer: { rule: { ties: { preset: 'PAPER' } } } }],
    [
      'ties',
      { schedules: [{ parameter: 'topK', modules: '*.mlp.*', values: [0, 1] }] },
      { ties: { schedules: [{ parameter: 'TOP_K', modules: '*.mlp.*', values: [0, 1] }] } },
    ],
    ['unknown', { name: 'as it is' }, { unknown: { name: 'as it is' } }],
  ])('%s %j', (id, options, expected) => {
    expect(toStrategyInput(id, options, schemas)).toEqual(expected);
  });

  it('names every strategy that occurs', () => {
    expect(strategiesIn('outer', { rule: { middle: { rule: { ties: {} } } } })).toEqual(['outer', 'middle', 'ties']);
  });
});
