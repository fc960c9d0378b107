import { describe, expect, it } from 'vitest';
import { listWhole } from './list-whole';

const rows = [
  { id: '1', title: 'TIES', kind: 'MODULE' },
  { id: '2', title: 'DARE', kind: 'MODULE' },
  { id: '3', title: 'LoraHub', kind: 'SEARCH' },
];
const list = (filter: object, order: 'ASC' | 'DESC' = 'ASC', page = 1): readonly string[] =>
  listWhole(rows, { filter, sort: { field: 'title', order }, pagination: { page, perPage: 2 } }).data.map(
    ({ id }) => id,
  );

describe('a list that the API gives as a whole', () => {
  it.each([
    ['sorted', list({}), ['2', '3']],
    ['sorted the other way', list({}, 'DESC'), ['1', '3']],
    ['on its second page', list({}, 'ASC', 2), ['1']],
    ['searched, in any case', list({ q: 'ties' }), ['1']],
    ['filtered by several values', list({ kind: ['SEARCH'] }), ['3']],
    ['searched in vain', list({ q: 'none' }), []],
  ])('is %s', (_how, got, expected) => {
    expect(got).toEqual(expected);
  });
});
