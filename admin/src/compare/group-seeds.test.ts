import { describe, expect, it } from 'vitest';
import { groupSeeds, spreadOf, withoutGroups } from './group-seeds';
import { differingSettings, findRows, labelRows } from './settings';
import type { Row } from './comparison-query';
import { showRows } from './sort-rows';

const row = (id: string, value: number | undefined, settings: Readonly<Record<string, string>>): Row => ({
  subject: { __typename: 'FusionRun', id, runName: null, seed: Number(settings['seed']), strategy: { title: 'DARE' } },
  mean: value ?? null,
  worst: value ?? null,
  worstTask: value === undefined ? null : 0,
  dominated: false,
  chosenHere: false,
  meanDifference: null,
  settings: Object.entries(settings).map(([name, text]) => ({ name, value: text })),
  cells: [
    {
      score:
        value === undefined
          ? null
          : {
              value,
              n: 10,
              selectedOn: null,
              normalizedByBest: null,
              interval: { low: 0, high: 1, confidence: 0.95 },
            },
      reference: null,
      difference: null,
    },
  ],
});
const rows = [
  row('a', 0.5, { strategy: 'DARE', lambda: '1', seed: '0' }),
  row('b', 0.7, { strategy: 'DARE', lambda: '1', seed: '1' }),
  row('c', 0.6, { strategy: 'DARE', lambda: '0.3', seed: '0' }),
  row('d', 0.9, { strategy: 'DARE', lambda: '1', seed: '2' }),
];
const shown = showRows(rows, 'score', ({ subject }) => subject.id);

describe('repetitions', () => {
  it('are runs that differ in their seed alone: their mean, and the sample deviation between them', () => {
    const grouped = groupSeeds(shown, () => 'DARE');
    expect(grouped.map(({ name, seeds }) => [name, seeds?.rows.map((each) => each.name)])).toEqual([
      ['DARE', ['a', 'b', 'd']],
      ['c', undefined],
    ]);
    // numpy.mean([.5, .7, .9]), numpy.std([.5, .7, .9], ddof=1)
    expect(grouped[0]!.values[0]).toBeCloseTo(0.7, 12);
    expect(grouped[0]!.seeds!.cells[0]!.deviation).toBeCloseTo(0.2, 12);
    expect(grouped[0]!.seeds!.mean!.mean).toBeCloseTo(0.7, 12);
    expect(withoutGroups(grouped).map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c']);
  });

  it('have no figure where one of them has none', () => {
    expect(spreadOf([0.5, undefined])).toBeUndefined();
    expect(spreadOf([0.5])).toBeUndefined();
  });
});

describe('settings', () => {
  it('are shown where they differ, and nowhere else', () => {
    expect(differingSettings(rows)).toEqual([
      { name: 'lambda', values: ['1', '0.3'] },
      { name: 'seed', values: ['0', '1', '2'] },
    ]);
    expect(labelRows(rows)).toEqual([
      'lambda 1 · seed 0',
      'lambda 1 · seed 1',
      'lambda 0.3 · seed 0',
      'lambda 1 · seed 2',
    ]);
    expect(differingSettings(rows.slice(0, 1))).toEqual([]);
  });

  it.each([
    ['', ['a', 'b', 'c', 'd']],
    ['LAMBDA 0.3', ['c']],
    ['d', ['a', 'b', 'c', 'd']],
    ['nothing', []],
  ])('find rows by "%s"', (text, names) => {
    expect(findRows(shown, text).map(({ name }) => name)).toEqual(names);
  });
});
