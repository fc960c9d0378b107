import { describe, expect, it } from 'vitest';
import { unfitReason, type AdapterNeeds } from './adapter-fit';
import { appliedSelection } from './applied-selection';
import { toFuseInput } from './fuse-input';
import { emptyFusion, reduceFusion, type ChosenAdapter } from './fuse-state';
import { messagesAt } from './issues-by-path';
import { findStrategy } from './testing-options';

const adapter = (id: string, given: Partial<ChosenAdapter> = {}): ChosenAdapter => ({
  id,
  name: id,
  method: 'L_LORA',
  rank: 16,
  base: { id: 'base', name: 'ViT' },
  frame: { id: 'frame' },
  ...given,
});
const chosen = (...ids: readonly string[]) =>
  ids.reduce((state, id) => reduceFusion(state, { type: 'toggle', adapter: adapter(id) }), emptyFusion('ties'));

describe('the input of a fusion', () => {
  it('says nothing that was not entered', () =>
    expect(toFuseInput(chosen('a', 'b'), findStrategy).input).toEqual({
      adapters: [{ id: 'a' }, { id: 'b' }],
      strategy: { ties: {} },
      evaluationSplit: 'TEST',
    }));

  it('has weights, rank, seed, tasks and space as entered, in the order of the adapters', () => {
    let state = reduceFusion(chosen('a', 'b'), { type: 'weigh', id: 'b', weight: '0,5' });
    state = reduceFusion(state, { type: 'move', id: 'b', by: -1 });
    state = reduceFusion(state, {
      type: 'set',
      values: { outputRank: '8', seed: '7', space: 'CORE', evaluateOn: [], name: ' n ' },
    });
    expect(toFuseInput(state, findStrategy).input).toMatchObject({
      adapters: [{ id: 'b', weight: 0.5 }, { id: 'a' }],
      outputRank: 8,
      seed: 7,
      space: 'CORE',
      evaluateOn: [],
      name: 'n',
    });
  });

  it('names what cannot be read', () => {
    let state = reduceFusion(chosen('a'), { type: 'weigh', id: 'a', weight: 'much' });
    state = reduceFusion(state, { type: 'set', values: { outputRank: '1.5', seed: 'x' } });
    expect([...toFuseInput(state, findStrategy).wrong.keys()]).toEqual(['adapters.0.weight', 'outputRank', 'seed']);
  });

  it('keeps the order at its ends, and takes an adapter out that is chosen again', () => {
    const ids = (state: ReturnType<typeof chosen>) => state.members.map((member) => member.adapter.id);
    expect(ids(reduceFusion(chosen('a', 'b'), { type: 'move', id: 'b', by: 1 }))).toEqual(['a', 'b']);
    expect(ids(reduceFusion(chosen('a', 'b'), { type: 'toggle', adapter: adapter('a') }))).toEqual(['b']);
  });
});

describe('an adapter that cannot join', () => {
  const needs: AdapterNeeds = { minAdapters: 1, maxAdapters: 2, equalRank: true, sharedFrame: true };
  const first = adapter('a');
  it.each([
    ['fits', adapter('b'), [first], undefined],
    ['of another base', adapter('b', { base: { id: 'other', name: 'x' } }), [first], 'base'],
    ['that left the frame', adapter('b', { method: 'LORA' }), [first], 'moved'],
    ['of no frame that it names, which the plan looks into', adapter('b', { frame: null }), [first], undefined],
    ['alone', adapter('b', { method: 'LORA' }), [], undefined],
    ['of another frame', adapter('b', { frame: { id: 'x' } }), [first], 'frame'],
    ['of another rank', adapter('b', { rank: 8 }), [first], 'rank'],
    ['one too many', adapter('c'), [first, adapter('b')], 'full'],
  ])('%s', (_, candidate, others, key) => expect(unfitReason(candidate, others, needs)?.key).toBe(key));
  it('anything of one base fits where the strategy demands nothing', () =>
    expect(unfitReason(adapter('b', { frame: null, rank: 3 }), [first], undefined)).toBeUndefined());
});

describe('messages of the API', () => {
  const issues = [
    { code: 'A', message: 'one', path: ['options', 'densities', '1'] },
    { code: 'A', message: 'one', path: ['options', 'densities', '2'] },
    { code: 'B', message: 'two', path: ['options', 'densitiesToo'] },
  ];
  it('stand once at the field that they are of, or at the list that holds it', () =>
    expect(messagesAt(issues, 'options.densities')).toEqual(['one']));
});

describe('what is asked of a run to clone it', () => {
  it('is a fragment per strategy, with what it wraps', () => {
    const text = appliedSelection(['knots', 'ties'], findStrategy);
    expect(text).toMatch(
      /^{ \.\.\. on AppliedKnotsOptions { __typename floor rule { \.\.\. on AppliedTiesOptions { __typename preset/,
    );
    expect(text).toContain('schedules { parameter adapter modules values }');
    expect(appliedSelection(['knots'], findStrategy)).toContain('rule { __typename }');
  });
});
