import { parseOptions } from '@crucible/sdk';
import { describe, expect, it } from 'vitest';
import type { ModuleVectors } from './adapter-vectors.js';
import { fuseTaskVectors } from './fuse-task-vectors.js';
import type { TiesOptions } from './options.js';
import { ties } from './ties-strategy.js';

const optionsOf = (raw: Record<string, unknown>): TiesOptions => parseOptions(ties, raw) as TiesOptions;
const moduleOf = (index: number, ...members: (readonly number[])[]): ModuleVectors => ({
  module: `m${index}`,
  index,
  members: members.map((values, position) => ({ position, weight: 1, vectors: [Float32Array.from(values)] })),
});
const fuse = (modules: readonly ModuleVectors[], count: number, raw: Record<string, unknown>): number[][] =>
  fuseTaskVectors(modules, count, optionsOf(raw)).map(([values]) => [...values!].map((value) => value + 0));

describe('a global trim with an exact count', () => {
  it('keeps exactly so many over all modules; among equals those of earlier modules, then of earlier positions', () => {
    const modules = [moduleOf(0, [1, 5, -1]), moduleOf(1, [1, -1, 1, 0.5]), moduleOf(2, [1])];
    const kept = fuse(modules, 1, { density: 0.5, trimCount: 'EXACT' });
    expect(kept).toEqual([[1, 5, -1], [1, 0, 0, 0], [0]]);
  });

  it('shares equals among the vectors of one module in their order', () => {
    const vectors = [Float32Array.of(1, 0.5), Float32Array.of(-1, 1)];
    const module = { module: 'm', index: 0, members: [{ position: 0, weight: 1, vectors }] };
    const [kept] = fuseTaskVectors([module], 1, optionsOf({ density: 0.5, trimCount: 'EXACT' }));
    expect(kept!.map((values) => [...values])).toEqual([
      [1, 0],
      [-1, 0],
    ]);
  });
});

describe('an adapter that lacks a module', () => {
  it('is trimmed by the entries that it has, and counts as zero where it has none', () => {
    const modules: ModuleVectors[] = [
      moduleOf(0, [4, 3, 2, 1], [1, 1, 1, 8]),
      { ...moduleOf(1), members: [{ position: 1, weight: 1, vectors: [Float32Array.of(9, 1, 1, 1)] }] },
    ];
    expect(fuse(modules, 2, { density: 0.5, trimCount: 'EXACT' })).toEqual([
      [2.5, 2, 0, 8],
      [9, 0, 0, 0],
    ]);
  });
});

it('one density per adapter: each adapter is trimmed by its own', () => {
  const modules = [moduleOf(0, [4, 3, 2, 1], [-1, -2, -3, -4])];
  expect(fuse(modules, 2, { preset: 'MERGEKIT', densities: [0.25, 0.5] })).toEqual([[4, 0, -3, -4]]);
  expect(() => fuse(modules, 2, { densities: [1] })).toThrow(/Got 1 densities for 2 adapters/);
});

describe('weights', () => {
  const weighted = (weights: readonly number[], raw: Record<string, unknown>): number[] => {
    const module = moduleOf(0, [1, -3, 2], [1, 1, -4]);
    const members = module.members.map((member, m) => ({ ...member, weight: weights[m]! }));
    const [[values] = []] = fuseTaskVectors([{ ...module, members }], 2, optionsOf({ density: 1, ...raw }));
    return [...values!].map((value) => value + 0);
  };

  it.each(['PAPER', 'PETA', 'MERGEKIT'])('[1, 0] gives the first adapter: %s', (preset) => {
    expect(weighted([1, 0], { preset })).toEqual([1, -3, 2]);
  });

  it('PEFT votes without weights, so an adapter of weight 0 still votes and is counted, as in PEFT', () => {
    expect(weighted([1, 0], { preset: 'PEFT' })).toEqual([0.5, -3, 0]);
  });

  it('a negative weight turns its adapter over before the vote, or only after it', () => {
    expect(weighted([1, -2], { preset: 'PAPER', merge: 'SUM' })).toEqual([-2, -5, 10]);
    expect(weighted([1, -2], { preset: 'PEFT', merge: 'SUM' })).toEqual([-1, -3, 8]);
  });
});

it('lambda scales the result', () => {
  expect(fuse([moduleOf(0, [1, -2])], 1, { density: 1, lambda: 0.5 })).toEqual([[0.5, -1]]);
});
