import { expect, it } from 'vitest';
import { Lru } from './lru.js';

it('keeps what was asked for last, by number and by size, and drops the rest', () => {
  const dropped: string[] = [];
  const lru = new Lru<string>({ entries: 3, size: 10 }, (value) => dropped.push(value));
  for (const key of ['a', 'b', 'c']) lru.set(key, key, 1);
  expect(lru.get('a')).toBe('a');
  lru.set('d', 'd', 1);
  expect(dropped).toEqual(['b']);
  lru.set('e', 'e', 8);
  expect(dropped).toEqual(['b', 'c']);
  expect([lru.get('a'), lru.get('b'), lru.get('d'), lru.get('e'), lru.size]).toEqual(['a', undefined, 'd', 'e', 3]);
  lru.set('f', 'f', 100);
  expect(dropped).toEqual(['b', 'c', 'a', 'd', 'e']);
  expect([lru.get('f'), lru.size]).toEqual(['f', 1]);
  lru.set('f', 'g', 1);
  expect([dropped.at(-1), lru.get('f')]).toEqual(['f', 'g']);
});
