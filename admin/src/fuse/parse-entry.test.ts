import { describe, expect, it } from 'vitest';
import { parseList, parseNumber, parseScalar, splitItems } from './parse-entry';
import { option } from './testing-options';

describe('a number', () => {
  it.each([
    ['0.2', 0.2],
    [' .5 ', 0.5],
    ['1e-5', 1e-5],
    ['−3', -3],
    ['0,25', 0.25],
    ['7.', 7],
  ])('%j is %d', (text, value) => expect(parseNumber(text)).toBe(value));

  it.each(['', ' ', 'x', '0x10', 'Infinity', 'NaN', '1.2.3', '1,000,000', '1e999', '--1'])('%j is none', (text) =>
    expect(parseNumber(text)).toBeUndefined(),
  );
});

describe('a value of an option', () => {
  const share = option({ name: 'x', type: 'FLOAT', greaterThan: 0, max: 1, range: 'a share' });
  it.each(['0', '-1', '1.01'])('%s is out of a range that is open below and closed above', (text) =>
    expect(parseScalar(text, 'FLOAT', share)).toEqual({ wrong: { key: 'range', values: { text, range: 'a share' } } }),
  );
  it('1 is in it', () => expect(parseScalar('1', 'FLOAT', share)).toEqual({ value: 1 }));
  it('a whole number has no fraction', () =>
    expect(parseScalar('2.5', 'INT', share)).toEqual({ wrong: { key: 'whole', values: { text: '2.5' } } }));
  it('an enum takes its values and nothing else', () => {
    const choice = option({ name: 'x', type: 'ENUM', values: ['A', 'B'] });
    expect(parseScalar('B', 'ENUM', choice)).toEqual({ value: 'B' });
    expect(parseScalar('b', 'ENUM', choice)).toEqual({ wrong: { key: 'choice' } });
  });
  it('false is a value, not nothing', () =>
    expect(parseScalar('false', 'BOOLEAN', option({ name: 'x', type: 'BOOLEAN' }))).toEqual({ value: false }));
});

describe('a list', () => {
  it.each([
    ['0.1, 0.2', ['0.1', '0.2']],
    ['[0.1 0.2]', ['0.1', '0.2']],
    ['0,1; 0,2', ['0,1', '0,2']],
    ['', []],
  ])('%j holds %j', (text, items) => expect(splitItems(text)).toEqual(items));

  const list = option({
    name: 'x',
    type: 'LIST',
    itemType: 'FLOAT',
    max: 1,
    minLength: 1,
    maxLength: 2,
    range: '1 to 2',
  });
  it('is as long as it may be', () => {
    expect(parseList('0.1 0.2', list)).toEqual({ value: [0.1, 0.2] });
    expect(parseList('0.1 0.2 0.3', list)).toEqual({ wrong: { key: 'length', values: { range: '1 to 2' } } });
  });
  it('is as wrong as the first wrong item', () =>
    expect(parseList('0.1 7', list)).toMatchObject({ wrong: { key: 'range', values: { text: '7' } } }));
});
