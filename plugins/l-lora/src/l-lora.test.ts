import type { AdapterFile } from '@crucible/engine/adapters';
import {
  fuseAdapters,
  memoryAdapter,
  SYNTHETIC_MODULES,
  syntheticAdapter,
  type FusedForTest,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import plugin from './index.js';
import { lLora } from './l-lora.js';

const [a, b, c] = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'one' })) as [
  AdapterFile,
  AdapterFile,
  AdapterFile,
];

/** What a fusion wrote, as an adapter to fuse on. */
const asAdapter = ({ manifest, factors }: FusedForTest): AdapterFile =>
  memoryAdapter(manifest, SYNTHETIC_MODULES, factors);
const sum = (adapters: readonly AdapterFile[], weights?: readonly number[]): Promise<FusedForTest> =>
  fuseAdapters({ strategy: lLora, adapters, ...(weights && { weights }) });

describe('L-LoRA arithmetic', () => {
  it('brings the paper’s adapter methods', () => {
    expect(plugin.adapterMethods).toMatchObject([
      { id: 'L_LORA', trainable: 'B', linearization: 'MODULE' },
      { id: 'NETWORK_LINEARIZED', trainable: 'B', linearization: 'NETWORK' },
      { id: 'FULL', trainable: 'WEIGHTS', linearization: 'NONE' },
      { id: 'FULL_LINEARIZED', trainable: 'WEIGHTS', linearization: 'NETWORK' },
    ]);
  });

  it('stays in the frame: rank, A and digest are those of the members', async () => {
    const fused = await sum([a, b, c]);
    expect(fused.manifest).toMatchObject({ method: 'L_LORA', rank: 4, scale: 2, frameDigest: a.manifest.frameDigest });
    for (const [module, factors] of fused.factors) expect(factors.a).toEqual((await a.readFactors(module)).a);
    expect(fused.outcome.fidelity).toMatchObject({ space: 'FRAME', exact: true, relativeError: 0, outputRank: 4 });
  });

  it('takes an adapter out again: (a + b + c) - c = a + b', async () => {
    const removed = await sum([asAdapter(await sum([a, b, c])), c], [1, -1]);
    const expected = await sum([a, b]);
    for (const [module, { b: got }] of removed.factors) {
      const [x, y, z] = await Promise.all([a, b, c].map(async (adapter) => (await adapter.readFactors(module)).b));
      // Three roundings to float32: of the sum of three, of the difference, of the sum of two; each half a unit of what it rounds.
      expected.factors.get(module)!.b.forEach((value, i) => {
        const largest = Math.max(Math.abs(x![i]! + y![i]! + z![i]!), Math.abs(value));
        expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(1.5 * 2 ** -23 * largest);
      });
    }
  });

  it('adds one later: (a + b) + c = a + b + c', async () => {
    const later = await sum([asAdapter(await sum([a, b])), c]);
    const once = await sum([a, b, c]);
    for (const [module, { b: got }] of later.factors) {
      const [x, y] = await Promise.all([a, b].map(async (adapter) => (await adapter.readFactors(module)).b));
      once.factors.get(module)!.b.forEach((value, i) => {
        const largest = Math.max(Math.abs(x![i]! + y![i]!), Math.abs(value));
        expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(1.5 * 2 ** -23 * largest);
      });
    }
  });

  it('divides by the sum of the weights for a mean', async () => {
    const mean = await fuseAdapters({ strategy: lLora, options: { normalize: 'MEAN' }, adapters: [a, a, a] });
    for (const [module, { b: got }] of mean.factors) {
      const own = (await a.readFactors(module)).b;
      got.forEach((value, i) => expect(Math.abs(value - own[i]!)).toBeLessThanOrEqual(2 ** -24 * Math.abs(own[i]!)));
    }
  });

  it.each([
    [
      'adapters without a frame',
      [syntheticAdapter({ seed: 1 }), syntheticAdapter({ seed: 2 })],
      'has no tangent frame; fuse adapters that were trained in one frame',
    ],
    ['adapters of two frames', [a, syntheticAdapter({ seed: 2, frame: 'two' })], 'have different tangent frames'],
    [
      'plain LoRA from the frame',
      [a, syntheticAdapter({ seed: 2, frame: 'one', manifest: { method: 'LORA' } })],
      'moves A away from the frame',
    ],
  ])('refuses %s', async (_, adapters, reason) => {
    await expect(sum(adapters)).rejects.toThrow(reason);
  });

  it('refuses a mean of weights that add up to 0', async () => {
    const fusing = fuseAdapters({
      strategy: lLora,
      options: { normalize: 'MEAN' },
      adapters: [a, b],
      weights: [1, -1],
    });
    await expect(fusing).rejects.toThrow('add up to 0');
  });
});
