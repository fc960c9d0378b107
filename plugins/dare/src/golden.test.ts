import { excessOver, fuseMatrices, readGoldenCase, readGoldenTensors, readTaskVectors } from '@crucible/sdk/testing';
import type { ModuleStrategy } from '@crucible/sdk';
import { expect, it } from 'vitest';
import { dareLinear, dareTies } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it.each<[string, ModuleStrategy, Record<string, unknown>]>([
  ['peft-dare-linear-given-mask', dareLinear, { preset: 'PEFT' }],
  ['peft-dare-linear-given-mask', dareLinear, { preset: 'PAPER' }],
  ['peft-dare-ties-given-mask', dareTies, { preset: 'PEFT' }],
  ['mergekit-dare-linear-given-mask', dareLinear, { preset: 'MERGEKIT' }],
  ['mergekit-dare-ties-given-mask', dareTies, { preset: 'MERGEKIT' }],
])('%s: with the masks of the case in place of draws', async (name, strategy, options) => {
  const golden = await readGoldenCase(folder, name);
  const { modules } = await readTaskVectors(folder, golden);
  const masks = await Promise.all(
    [0, 1, 2].map((i) => readGoldenTensors(folder, name, golden.inputs['masks']!, `task${i}/`)),
  );
  const fused = await fuseMatrices({
    strategy,
    options: { ...options, density: golden.parameters['density'], lambda: 1 },
    modules,
    weights: golden.parameters['weights'] as readonly number[],
    // 0 is below every density, 1 below none. Adapters' digests here are their positions in hexadecimal.
    random: {
      uniform: ([, digest, module], count, offset = 0) =>
        masks[Number.parseInt(String(digest), 16)]!.get(String(module))!
          .data.slice(offset, offset + count)
          .map((kept) => 1 - kept),
      normal: () => expect.fail('no normal numbers are asked for'),
    },
  });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  expect(excessOver(golden, got, await readGoldenTensors(folder, name, golden.expected!))).toBeLessThanOrEqual(0);
});
