import { describe, expect, it } from 'vitest';
import { findStrategy } from '../fuse/testing-options';
import { appliedToInput } from './applied-to-input';

describe('the options of a run, to send again', () => {
  it('are all there, but for what was null', () =>
    expect(
      appliedToInput(
        'ties',
        {
          __typename: 'AppliedTiesOptions',
          preset: 'PAPER',
          density: 0.2,
          densities: null,
          schedules: [{ __typename: 'X', parameter: 'WEIGHT', adapter: null, values: [1, 2] }],
        },
        findStrategy,
      ),
    ).toEqual({ ties: { preset: 'PAPER', density: 0.2, schedules: [{ parameter: 'WEIGHT', values: [1, 2] }] } }));

  it('name what was wrapped by its key', () => {
    const ties = { __typename: 'AppliedTiesOptions', density: 0.4 };
    const knots = { __typename: 'AppliedKnotsOptions', floor: null, rule: ties };
    expect(appliedToInput('doMerging', { rule: knots }, findStrategy)).toEqual({
      doMerging: { rule: { knots: { rule: { ties: { density: 0.4 } } } } },
    });
  });
});
