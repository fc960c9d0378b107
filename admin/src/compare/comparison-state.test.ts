import { describe, expect, it } from 'vitest';
import { changeState, initialState, readState, writeState, type ComparisonState } from './comparison-state';
import { expandId, shortenId } from './short-id';

const IDS = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01a20ad6-ff83-7127-950c-0954539a9390',
] as const;

describe('a short id', () => {
  it.each(IDS)('is 22 letters, and %s again', (id) => {
    expect(shortenId(id)).toMatch(/^[\w-]{22}$/);
    expect(expandId(shortenId(id))).toBe(id);
    expect(expandId(id)).toBe(id);
  });

  it.each(['', 'short', '*'.repeat(22), '_'.repeat(22), 'A'.repeat(23)])('is not "%s"', (text) => {
    expect(expandId(text)).toBeUndefined();
  });
});

describe('the address of a comparison', () => {
  const full: ComparisonState = {
    subjects: [
      { kind: 'run', id: IDS[2] },
      { kind: 'base', id: IDS[0] },
    ],
    tasks: [IDS[1]],
    against: { kind: 'adapter', id: IDS[2] },
    view: 'share',
    split: 'VALIDATION',
    sort: 'worst',
    chart: 'tasks',
    x: IDS[1],
    y: IDS[2],
    ranges: { mean: [0.5, 1.25], [IDS[2]]: [-0.1, 0.3333] },
    cell: { subject: { kind: 'run', id: IDS[2] }, task: IDS[1] },
    examples: 'lost',
    skip: 48,
    seeds: true,
    find: 'lambda 0.3 & more',
    analysis: IDS[2],
  };

  it.each([
    ['all by itself', initialState],
    ['everything chosen', full],
    ['against the base', { ...full, against: 'BASE' as const }],
  ])('gives the state back: %s', (_what, state) => {
    expect(readState(new URLSearchParams(writeState(state).toString()))).toEqual(state);
  });

  it('is empty for what the page takes by itself', () => {
    expect(writeState(initialState).toString()).toBe('');
  });

  it('that is wrong in part is right in the rest', () => {
    expect(readState(new URLSearchParams(`of=rnone.r${shortenId(IDS[2])}&view=none&split=TRAIN&against=x`))).toEqual({
      ...initialState,
      subjects: [{ kind: 'run', id: IDS[2] }],
    });
  });

  it('keeps its ranges until the view changes that they are of', () => {
    expect(changeState(full, { view: 'share', sort: 'mean' }).ranges).toEqual(full.ranges);
    expect(changeState(full, { view: 'score' })).toEqual({ ...full, view: 'score', ranges: {} });
  });
});

describe('the examples of a cell', () => {
  const cell = { subject: { kind: 'run', id: IDS[2] }, task: IDS[1] } as const;

  it('begin with the first where others are asked for', () => {
    const far = { ...initialState, cell, skip: 96 };
    expect(changeState(far, { examples: 'won' }).skip).toBe(0);
    expect(changeState(far, { cell: { ...cell, task: IDS[0] } }).skip).toBe(0);
    expect(changeState(far, { sort: 'name' }).skip).toBe(96);
  });

  it.each(['', 'x', `r${'A'.repeat(22)}`, `q${'A'.repeat(22)}.${'A'.repeat(22)}`])('are of no cell: "%s"', (text) => {
    expect(readState(new URLSearchParams({ cell: text })).cell).toBeUndefined();
  });
});
