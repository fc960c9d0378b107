import { coreBasis, createLowRank } from '@crucible/engine/algebra';
import { describe, expect, it } from 'vitest';
import { createCoreCache } from './core-cache.js';
import type { ModuleTask } from './module-task.js';

const task = (index: number): ModuleTask => ({
  module: `m${index}`,
  index,
  count: 2,
  outFeatures: 2,
  inFeatures: 3,
  members: [],
});
const basis = () =>
  coreBasis([createLowRank({ a: [1, 2, 3], b: [4, 5] }, { outFeatures: 2, inFeatures: 3, rank: 1, scale: 2 })]);

describe('createCoreCache', () => {
  it('computes a module once, and again each time beyond its budget of bytes, to the same bits', () => {
    const cache = createCoreCache(4);
    let computed = 0;
    const counted = () => {
      computed += 1;
      return basis();
    };
    const first = cache.take(task(0), counted);
    expect(cache.take(task(0), counted)).toBe(first);
    expect(computed).toBe(1);
    const second = [cache.take(task(1), counted), cache.take(task(1), counted)];
    expect(computed).toBe(3);
    expect(second[0]).toEqual(second[1]);
    expect(second[0]).toEqual(first);
  });
});
