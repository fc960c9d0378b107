import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatenate, createLowRank, recompress, toDense, type LowRank } from '../algebra/index.js';
import { openSafetensors } from '../tensors/index.js';
import type { AdapterModuleInfo } from './adapter.js';
import { exportPeftFolder } from './export/export-peft-folder.js';
import {
  excess,
  goldenPeft,
  inputPath,
  peftCases,
  readExpected,
  relativeDistance,
  type PeftCase,
} from './golden.testing.js';
import { importAdapter } from './import/import-adapter.js';
import { openPeftDelta } from './import/open-peft-delta.js';
import { toStoredOrder } from './module-layout.js';
import { openAdapter } from './open-adapter.js';
import { readPeftFolder, type PeftAdapter } from './read-peft-folder.js';
import { openTinyModel } from './tiny-forward.testing.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-golden-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isLayer = ({ layout }: AdapterModuleInfo): boolean => layout !== 'VECTOR';
const dense = (info: AdapterModuleInfo, x: LowRank): Float64Array => toStoredOrder(info, toDense(x).data);

async function readIds(base: string): Promise<number[][]> {
  const file = await openSafetensors(join(goldenPeft, '_inputs/input_ids.safetensors'));
  const { shape } = file.info(base);
  // Ids are I64, and small.
  const ids = new BigInt64Array((await file.read(base)).buffer);
  await file.close();
  return Array.from({ length: shape[0]! }, (_, row) =>
    [...ids.subarray(row * shape[1]!, (row + 1) * shape[1]!)].map(Number),
  );
}

/** How far logits of the base with an adapter's deltas added are beyond the tolerance for float32; at most zero if within. */
async function logitsExcess(
  aCase: PeftCase,
  adapter: string,
  expected: Float32Array,
  tolerance = { atol: 3e-5, rtol: 1e-5 },
): Promise<number> {
  const base = inputPath(aCase, aCase.inputs.base!);
  const model = await openTinyModel(base);
  const delta = await openPeftDelta(adapter, base);
  const weights = new Map(model.weights);
  for (const name of delta.parameters.keys()) {
    const change = await delta.readDelta(name);
    weights.set(
      name,
      model.weights.get(name)!.map((value, at) => value + change[at]!),
    );
  }
  await delta.close();
  const logits = model.forward(weights, await readIds(base.endsWith('gpt2') ? 'gpt2' : 'llama'));
  return excess(logits, expected, tolerance);
}

const adapters = peftCases.filter(({ name }) => name.startsWith('adapter-'));

describe('every adapter that PEFT saved is read as PEFT applies it', () => {
  it('there are as many as PEFT was asked for', () => expect(adapters).toHaveLength(26));

  it.each(adapters.filter(({ name }) => !name.includes('dora')))('$name: ranks, scales and deltas', async (aCase) => {
    const adapter = await readPeftFolder(inputPath(aCase, aCase.inputs.adapter!), {
      base: inputPath(aCase, aCase.inputs.base!),
    });
    const expected = await readExpected(aCase, 'delta/');
    // Tensors trained whole are no LoRA to PEFT, and have no delta in its records: the logits below judge them.
    const layers = [...adapter.modules.values()].filter((info) => isLayer(info) && expected.has(info.name));
    expect(Object.fromEntries(layers.map(({ name, rank }) => [name, rank]))).toEqual(aCase.facts!.rank);
    expect(Object.fromEntries(layers.map(({ name, scale }) => [name, scale]))).toEqual(aCase.facts!.scale);
    for (const info of layers) {
      const got = dense(info, createLowRank(await adapter.readFactors(info.name), info));
      const { values } = expected.get(info.name)!;
      expect(excess(got, values, aCase.tolerance!.delta!)).toBeLessThanOrEqual(0);
    }
    await adapter.close();
  });

  it.each(adapters)('$name: logits through the base, in float64', async (aCase) => {
    const logits = (await readExpected(aCase, 'logits')).get('')!.values;
    expect(await logitsExcess(aCase, inputPath(aCase, aCase.inputs.adapter!), logits)).toBeLessThanOrEqual(0);
  });

  it.each(adapters.filter(({ name }) => name.includes('dora')))(
    '$name: the whole change of each weight',
    async (aCase) => {
      const delta = await openPeftDelta(inputPath(aCase, aCase.inputs.adapter!), inputPath(aCase, aCase.inputs.base!));
      const expected = await readExpected(aCase, 'effective_delta/');
      expect(delta.parameters.size).toBe(expected.size);
      for (const { name, module, dora } of delta.parameters.values()) {
        expect(dora).toBe(true);
        const got = await delta.readDelta(name);
        expect(excess(got, expected.get(module.name)!.values, aCase.tolerance!.delta!)).toBeLessThanOrEqual(0);
      }
      await delta.close();
    },
  );
});

const combinations = peftCases.filter(
  ({ parameters, facts, tolerance }) =>
    ['cat', 'svd', 'linear'].includes(parameters.combinationType ?? '') &&
    tolerance?.rightAnswer !== undefined &&
    facts?.rightAnswer !== undefined,
);

/** Σ w·s·B·A of a module over the adapters that have it, at the output rank where one is asked for. */
async function combine(
  aCase: PeftCase,
  opened: readonly PeftAdapter[],
  module: string,
): Promise<{ readonly info: AdapterModuleInfo; readonly sum: LowRank }> {
  const items: LowRank[] = [];
  const weights: number[] = [];
  let info: AdapterModuleInfo | undefined;
  for (const [at, adapter] of opened.entries()) {
    const found = adapter.modules.get(module);
    if (found === undefined) continue;
    info = found;
    items.push(createLowRank(await adapter.readFactors(module), found));
    weights.push(aCase.parameters.weights![at]!);
  }
  const sum = concatenate(items, weights);
  const rank = aCase.facts!.rightAnswer === 'best_rank' ? aCase.facts!.peftOutputRank! : sum.a.rows;
  return { info: info!, sum: rank < sum.a.rows ? recompress(sum, rank) : sum };
}

describe('the exact algebra gives the right answer of every weighted sum, also where PEFT does not', () => {
  it('there are sums that PEFT gets wrong', () => {
    const wrong = combinations.filter(({ facts }) => facts?.peftIsRight === false).map(({ name }) => name);
    expect(wrong).toEqual([
      'cat-rslora',
      'cat-rslora-first',
      'linear-average',
      'linear-equal',
      'linear-fan',
      'linear-frame',
      'linear-identical',
      'linear-rslora-single',
      'svd-rslora',
    ]);
  });

  it.each(combinations)('$name: $checks', async (aCase) => {
    const opened = await Promise.all(aCase.inputs.adapters!.map((path) => readPeftFolder(inputPath(aCase, path))));
    const expected = await readExpected(aCase, `${aCase.facts!.rightAnswer!}/`);
    const pairs: [Float64Array, Float32Array][] = [];
    for (const [module, { values }] of expected) {
      const { info, sum } = await combine(aCase, opened, module);
      pairs.push([dense(info, sum), values]);
    }
    const limit = aCase.tolerance!.rightAnswer!;
    // In float64 throughout, an error of PEFT's float32 has no place.
    expect(relativeDistance(pairs)).toBeLessThan(limit.relativeFrobenius / 10);
    for (const [got, values] of pairs) expect(excess(got, values, limit)).toBeLessThanOrEqual(0);
    await Promise.all(opened.map((adapter) => adapter.close()));
  });
});

describe('an adapter with weights [1, 0] is itself, bias and magnitudes included', () => {
  it.each(['identity-bias-cat', 'identity-bias-linear', 'identity-dora-cat', 'identity-dora-linear'])(
    '%s',
    async (name) => {
      const aCase = peftCases.find((one) => one.name === name)!;
      const [first] = aCase.inputs.adapters!;
      const truth = (await readExpected(aCase, 'truth_logits')).get('')!.values;
      expect(
        await logitsExcess(aCase, inputPath(aCase, first!), truth, { atol: 1e-4, rtol: 1e-4 }),
      ).toBeLessThanOrEqual(0);
    },
  );
});

describe('import, and export again, keep what an adapter does', () => {
  const importable = adapters.filter(({ name }) => !name.includes('dora'));

  it.each(importable)('$name: logits of the exported adapter', async (aCase) => {
    const base = { digest: 'b'.repeat(64), folder: inputPath(aCase, aCase.inputs.base!) };
    const outputPath = join(folder, `${aCase.name}.safetensors`);
    await importAdapter({ source: inputPath(aCase, aCase.inputs.adapter!), outputPath, name: aCase.name, base });
    const adapter = await openAdapter(outputPath);
    const where = join(folder, aCase.name);
    const exported = await exportPeftFolder(adapter, where);
    expect(exported.relativeError).toBeLessThan(1e-7);
    await adapter.close();
    const logits = (await readExpected(aCase, 'logits')).get('')!.values;
    expect(await logitsExcess(aCase, where, logits)).toBeLessThanOrEqual(0);
  });
});
