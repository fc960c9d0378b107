import type { AdapterManifest } from '@crucible/engine/adapters';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Strategy } from '../../contract/strategy.js';
import { FUSION_SPACES } from '../../contract/fusion-space.js';
import { defineModuleStrategy } from '../../definition/define-strategy.js';
import { fusionLimits } from '../fusion-limits.js';
import { checkFusion, type FusionCheck } from './check-fusion.js';
import { resolveSpace } from './resolve-space.js';

const strategy = (change: Partial<Strategy> = {}): Strategy =>
  ({
    ...defineModuleStrategy({
      id: 'rule',
      title: 'x',
      description: 'x',
      references: [{ title: 'x' }],
      needs: { minAdapters: 2, maxAdapters: 3, order: 'INVARIANT' },
      spaces: FUSION_SPACES,
      options: z.object({ density: z.number().min(0).max(1).default(0.2).describe('x') }),
      fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(() => 1) }),
    }),
    ...change,
  }) as Strategy;

const member = (name: string, change: Partial<AdapterManifest> = {}, weight = 1): FusionCheck['members'][number] => ({
  name,
  weight,
  manifest: {
    version: 1,
    name,
    method: 'L_LORA',
    rank: 8,
    alpha: 16,
    scale: 2,
    targetModules: ['q'],
    baseDigest: 'a'.repeat(64),
    frameDigest: 'f'.repeat(64),
    ...change,
  },
});
const { frameDigest: _, ...frameless } = member('frameless').manifest;
const withoutFrame = { name: 'frameless', weight: 1, manifest: frameless };
const pair = [member('a'), member('b')];

const check = (change: Partial<FusionCheck>): readonly string[] =>
  checkFusion({ strategy: strategy(), options: {}, members: pair, ...change }).map(
    ({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`,
  );

describe('checkFusion', () => {
  it('finds nothing wrong with what fits', () => {
    expect(check({})).toEqual([]);
    for (const space of FUSION_SPACES) expect(check({ space })).toEqual([]);
  });

  it('takes adapters whose own A has one digest for adapters of one frame, whoever trained them', () => {
    const own = (name: string, ownFrameDigest: string) => ({
      ...withoutFrame,
      name,
      ownFrameDigest,
      manifest: { ...frameless, name, method: 'LORA' },
    });
    const same = [own('a', 'e'.repeat(64)), own('b', 'e'.repeat(64))];
    expect(check({ members: same, space: 'FRAME' })).toEqual([]);
    expect(resolveSpace({ strategy: strategy(), options: {}, members: same })).toBe('FRAME');
    const different = [own('a', 'e'.repeat(64)), own('b', 'd'.repeat(64))];
    expect(check({ members: different, space: 'FRAME' })).toEqual([expect.stringContaining('FRAME_NOT_SHARED')]);
  });

  it.each<[string, Partial<FusionCheck>, readonly string[]]>([
    [
      'too few',
      { members: [member('a')] },
      ['TOO_FEW_ADAPTERS at adapters: "rule" needs at least 2 adapters, got 1; add 1.'],
    ],
    ['none', { members: [] }, ['TOO_FEW_ADAPTERS at adapters: "rule" needs at least 2 adapters, got 0; add 2.']],
    [
      'too many',
      { members: [...pair, ...pair] },
      ['TOO_MANY_ADAPTERS at adapters: "rule" takes at most 3 adapters, got 4; remove 1.'],
    ],
    [
      'a weight that is no number',
      { members: [member('a'), member('b', {}, Number.NaN)] },
      ['WEIGHT_INVALID at adapters.1.weight: The weight of "b" is NaN; give a number from -1000000 to 1000000.'],
    ],
    [
      'a weight that would overflow',
      { members: [member('a', {}, -1e308), member('b', {}, 1e6)] },
      ['WEIGHT_INVALID at adapters.0.weight: The weight of "a" is -1e+308; give a number from -1000000 to 1000000.'],
    ],
    [
      'two bases',
      { members: [member('a'), member('b', { baseDigest: 'b'.repeat(64) })] },
      [
        'BASES_DIFFER at adapters.1: "a" was trained on base aaaaaaaaaaaa and "b" on base bbbbbbbbbbbb; fuse adapters of one base model.',
      ],
    ],
    [
      'a space that is not offered',
      { strategy: strategy({ spaces: ['FRAME', 'DELTA'] }), space: 'CORE' },
      ['SPACE_NOT_OFFERED at space: "rule" does not work in CORE space; choose FRAME, DELTA.'],
    ],
    [
      'no frame',
      { members: [member('a'), withoutFrame], space: 'FRAME' },
      ['FRAME_NOT_SHARED at adapters: "frameless" has no tangent frame; choose CORE or DELTA or FACTOR space.'],
    ],
    [
      'two frames',
      { members: [member('a'), member('b', { frameDigest: '0'.repeat(64) })], space: 'FRAME' },
      [
        'FRAME_NOT_SHARED at adapters: "a" and "b" have different tangent frames; choose CORE or DELTA or FACTOR space.',
      ],
    ],
    [
      'a method that leaves the frame',
      { members: [member('a'), member('b', { method: 'LORA' })], space: 'FRAME' },
      [
        'FRAME_NOT_SHARED at adapters: "b" was trained by LORA, which moves A away from the frame; choose CORE or DELTA or FACTOR space.',
      ],
    ],
    [
      "a plugin's method that leaves the frame",
      {
        members: [member('a'), member('b', { method: 'MINE' })],
        space: 'FRAME',
        adapterMethods: new Map([['MINE', { trainable: 'A_AND_B' as const }]]),
      },
      [
        'FRAME_NOT_SHARED at adapters: "b" was trained by MINE, which moves A away from the frame; choose CORE or DELTA or FACTOR space.',
      ],
    ],
    [
      'a strategy that works in frames only',
      { strategy: strategy({ spaces: ['FRAME'] }), members: [member('a'), withoutFrame] },
      ['FRAME_NOT_SHARED at adapters: "frameless" has no tangent frame; fuse adapters that were trained in one frame.'],
    ],
    [
      'unequal ranks in FACTOR space',
      { members: [member('a'), member('b', { rank: 4 })], space: 'FACTOR' },
      [
        'RANKS_DIFFER at adapters.1: "a" has rank 8 and "b" rank 4, but FACTOR space merges factors entry by entry; choose CORE or DELTA space.',
      ],
    ],
    [
      'unequal ranks for a strategy that needs equal ones',
      {
        strategy: strategy({ needs: { minAdapters: 2, equalRank: true, order: 'INVARIANT' } }),
        members: [member('a'), member('b', { rank: 4 })],
        space: 'DELTA',
      },
      [
        'RANKS_DIFFER at adapters.1: "a" has rank 8 and "b" rank 4, but "rule" needs equal ranks; fuse adapters of one rank.',
      ],
    ],
    [
      'options out of range and unknown',
      { options: { density: 3, lamda: 1 } },
      [
        'OPTIONS_INVALID at options.density: Option "density" of "rule": got 3, expected at most 1.',
        'OPTIONS_INVALID at options.lamda: Option "lamda" of "rule": unknown option; there are density.',
      ],
    ],
    [
      'an output rank of 0',
      { outputRank: 0 },
      [
        `OUTPUT_RANK_INVALID at outputRank: The output rank is 0; give a whole number from 1 to ${fusionLimits.outputRank}, or none for an exact result.`,
      ],
    ],
    [
      'no validation examples',
      { strategy: strategy({ needs: { minAdapters: 2, validation: true, order: 'INVARIANT' } }), validation: false },
      [
        'VALIDATION_MISSING at adapters: "rule" scores candidates on validation examples and none of the adapters has a task with any; link the adapters to tasks.',
      ],
    ],
    [
      'no statistics of one adapter',
      {
        strategy: strategy({ needs: { minAdapters: 2, statistics: 'FISHER', order: 'INVARIANT' } }),
        members: [{ ...member('a'), statistics: ['GRAM', 'FISHER'] }, member('b')],
      },
      [
        'STATISTICS_MISSING at adapters.1: "rule" needs FISHER statistics (the mean squared gradient of each module) of every adapter on its own task, and "b" has none; compute them first.',
      ],
    ],
  ])('%s', (_, change, expected) => {
    expect(check(change)).toEqual(expected);
  });

  it('reports everything at once, and caps the number of adapters', () => {
    const members = Array.from({ length: fusionLimits.adapters + 1 }, (_, i) => member(`m${i}`));
    const open = strategy({ needs: { minAdapters: 1, order: 'INVARIANT' } });
    expect(
      check({ strategy: open, members, options: { density: -1 }, outputRank: 0.5 }).map((line) => line.split(' ')[0]),
    ).toEqual(['TOO_MANY_ADAPTERS', 'OPTIONS_INVALID', 'OUTPUT_RANK_INVALID']);
  });
});

describe('resolveSpace', () => {
  it.each([
    ['what was asked for', 'FACTOR', pair, 'FACTOR'],
    ['the default where it is possible', undefined, pair, 'FRAME'],
    ['the next where it is not', undefined, [member('a'), withoutFrame], 'CORE'],
    ['the next where A was trained', undefined, [member('a', { method: 'LORA' }), member('b')], 'CORE'],
  ] as const)('gives %s', (_, space, members, expected) => {
    expect(resolveSpace({ strategy: strategy(), members, space })).toBe(expected);
  });
});
