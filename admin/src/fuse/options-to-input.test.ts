import { describe, expect, it } from 'vitest';
import { optionsFromApplied } from './options-from-applied';
import { optionsToInput } from './options-to-input';
import { emptyStrategy, type Fields, type StrategyState } from './option-state';
import { findStrategy } from './testing-options';

const send = (options: Fields, rest: Partial<StrategyState> = {}) =>
  optionsToInput({ ...emptyStrategy('ties'), options, ...rest }, findStrategy);

describe('what is sent of a form', () => {
  it('leaves out what was left empty, so that defaults and presets decide', () =>
    expect(send({ density: ' ', preset: '', schedules: [], ends: { low: '' } })).toEqual({
      value: {},
      wrong: new Map(),
    }));

  it('has every kind of value', () => {
    const rows = [{ parameter: 'DENSITY', adapter: '1', modules: '*.mlp.*', values: '0.1; 0.9' }];
    const { value, wrong } = send({
      preset: 'PEFT',
      density: '0.4',
      densities: '0.1 0.2',
      rounds: '5',
      normalize: 'false',
      ends: { low: '-1' },
      schedules: rows,
    });
    expect(wrong.size).toBe(0);
    expect(value).toEqual({
      preset: 'PEFT',
      density: 0.4,
      densities: [0.1, 0.2],
      rounds: 5,
      normalize: false,
      ends: { low: -1 },
      schedules: [{ parameter: 'DENSITY', adapter: 1, modules: '*.mlp.*', values: [0.1, 0.9] }],
    });
  });

  it('names what is wrong by the paths of the API', () => {
    const { wrong } = send({
      density: '2',
      ends: { high: '1' },
      schedules: [{ parameter: 'WEIGHT', values: '1' }, { adapter: '-1' }],
    });
    expect([...wrong].map(([path, { key }]) => [path, key])).toEqual([
      ['options.density', 'range'],
      ['options.ends.low', 'required'],
      ['options.schedules.1.parameter', 'required'],
      ['options.schedules.1.adapter', 'range'],
      ['options.schedules.1.values', 'required'],
    ]);
  });

  it('goes as deep as rules do', () => {
    const inner: StrategyState = { key: 'ties', options: { density: '0' }, rule: null };
    const knots: StrategyState = { key: 'knots', options: { floor: '0.5' }, rule: inner };
    const { value, wrong } = optionsToInput({ key: 'doMerging', options: {}, rule: knots }, findStrategy);
    expect(value).toEqual({ rule: { knots: { floor: 0.5, rule: { ties: {} } } } });
    expect([...wrong.keys()]).toEqual(['options.rule.knots.rule.ties.density']);
  });

  it('has no rule where nothing is wrapped', () => {
    const { value } = send({}, { rule: { key: 'knots', options: {}, rule: null } });
    expect(value).toEqual({});
  });
});

describe('a clone', () => {
  it('sends what the run used, where it is not the default anyway', () => {
    const applied = {
      __typename: 'AppliedTiesOptions',
      preset: 'PAPER',
      density: 0.35,
      densities: null,
      trimScope: 'GLOBAL',
      rounds: 3,
      normalize: false,
      schedules: [{ parameter: 'WEIGHT', adapter: 0, modules: null, values: [1, 0.5] }],
    };
    const state = optionsFromApplied('ties', applied, findStrategy);
    expect(state.options).toMatchObject({ density: '0.35', trimScope: 'GLOBAL', normalize: 'false' });
    expect(state.options).not.toHaveProperty('rounds');
    expect(optionsToInput(state, findStrategy)).toEqual({
      value: {
        density: 0.35,
        trimScope: 'GLOBAL',
        normalize: false,
        schedules: [{ parameter: 'WEIGHT', adapter: 0, values: [1, 0.5] }],
      },
      wrong: new Map(),
    });
  });

  it('has the rules that were wrapped', () => {
    const applied = {
      rule: { __typename: 'AppliedKnotsOptions', floor: 0.1, rule: { __typename: 'AppliedTiesOptions', density: 0.5 } },
    };
    const state = optionsFromApplied('doMerging', applied, findStrategy);
    expect(optionsToInput(state, findStrategy).value).toEqual({
      rule: { knots: { floor: 0.1, rule: { ties: { density: 0.5 } } } },
    });
  });
});
