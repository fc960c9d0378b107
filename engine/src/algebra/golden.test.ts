import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors, type TensorFile } from '../tensors/index.js';
import { describe, expect, it } from 'vitest';
import { denseError, identity } from './algebra.testing.js';
import { coreBasis, fromCore, projectToCore } from './core-basis.js';
import {
  concatenate,
  cosine,
  createLowRank,
  norm,
  recompress,
  relativeError,
  toDense,
  type LowRank,
} from './low-rank.js';
import { createMatrix, frobeniusNorm, subtractMatrices, transpose, type Matrix } from './matrix.js';
import { gram } from './multiply.js';

const golden = fileURLToPath(new URL('../../golden/spectral/', import.meta.url));

interface SpectralCase {
  readonly parameters: { readonly ranks: number[]; readonly scales: number[]; readonly weights: number[] };
  readonly facts: Readonly<Record<string, { readonly relativeError: number; readonly retainedEnergy: number }>>;
  readonly tolerance: { readonly relativeFrobenius: { readonly float64: number } };
}
const readCase = (name: string): SpectralCase =>
  JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8')) as SpectralCase;

async function readItems(
  file: string,
  { ranks, scales }: SpectralCase['parameters'],
  module: string,
): Promise<LowRank[]> {
  const inputs = await openSafetensors(join(golden, '_inputs', file));
  const items: LowRank[] = [];
  for (const [i, rank] of ranks.entries()) {
    const a = await inputs.readFloat32(`adapter${i}/${module}.lora_A.weight`);
    const b = await inputs.readFloat32(`adapter${i}/${module}.lora_B.weight`);
    const shape = { rank, scale: scales[i]!, inFeatures: a.length / rank, outFeatures: b.length / rank };
    items.push(createLowRank({ a, b }, shape));
  }
  await inputs.close();
  return items;
}

async function readF64(file: TensorFile, name: string): Promise<Matrix> {
  const [rows = 1, columns = 1] = file.info(name).shape;
  return createMatrix(rows, columns, new Float64Array((await file.read(name)).buffer));
}

describe.each(['equal', 'lowrank', 'mixed'])('against numpy on dense matrices: %s', (name) => {
  describe.each(['m0', 'm1'])('module %s', (module) => {
    const sums = readCase(`sum-${name}`);
    const { weights } = sums.parameters;
    const bound = sums.tolerance.relativeFrobenius.float64;

    it('the exact sum, its singular values, and its best approximations', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const expected = await openSafetensors(join(golden, `sum-${name}`, 'expected.safetensors'));
      const sum = concatenate(items, weights);
      expect(denseError(toDense(sum), await readF64(expected, `delta/${module}`))).toBeLessThan(bound);
      const { data: values } = await readF64(expected, `singular/${module}`);
      const found = recompress(sum).singularValues;
      values.forEach((value, i) => expect(Math.abs((found[i] ?? 0) - value)).toBeLessThan(bound * values[0]!));
      for (const rank of [2, 5]) {
        const compressed = recompress(sum, rank);
        const facts = sums.facts[`rank${rank}/${module}`]!;
        expect(denseError(toDense(compressed), await readF64(expected, `rank${rank}/${module}`))).toBeLessThan(bound);
        expect(compressed.retainedEnergy).toBeCloseTo(facts.retainedEnergy, 11);
        expect(relativeError(compressed, sum)).toBeCloseTo(facts.relativeError, 11);
      }
      await expected.close();
    });

    it('norms and cosines, without a dense matrix', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const expected = await openSafetensors(join(golden, `similarity-${name}`, 'expected.safetensors'));
      const norms = (await readF64(expected, `norm/${module}`)).data;
      const cosines = (await readF64(expected, `cosine/${module}`)).data;
      items.forEach((x, i) => {
        expect(norm(x)).toBeCloseTo(norms[i]!, 10);
        items.forEach((y, j) => expect(cosine(x, y)).toBeCloseTo(cosines[i * items.length + j]!, 10));
      });
      await expected.close();
    });

    it('core matrices give every update back, in orthonormal bases', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const basis = coreBasis(items);
      expect(frobeniusNorm(subtractMatrices(gram(basis.qb), identity(basis.qb.columns)))).toBeLessThan(1e-12);
      expect(frobeniusNorm(subtractMatrices(gram(transpose(basis.qa)), identity(basis.qa.rows)))).toBeLessThan(1e-12);
      items.forEach((item, i) => {
        expect(denseError(toDense(fromCore(basis, basis.cores[i]!)), toDense(item))).toBeLessThan(bound);
        expect(denseError(projectToCore(basis, item), basis.cores[i]!)).toBeLessThan(bound);
      });
    });
  });
});

describe('the same updates from other float32 factors (golden gauge-lowrank)', () => {
  it.each(['m0', 'm1'])('%s: every measure stays, to the rounding of the factors', async (module) => {
    const { parameters } = readCase('sum-lowrank');
    const items = await readItems('lowrank.safetensors', parameters, module);
    const turned = await readItems('lowrank-gauge.safetensors', parameters, module);
    const bound = 3e-6;
    items.forEach((item, i) => expect(relativeError(turned[i]!, item)).toBeLessThan(bound));
    const [sum, turnedSum] = [concatenate(items), concatenate(turned)];
    expect(Math.abs(norm(turnedSum) / norm(sum) - 1)).toBeLessThan(bound);
    expect(Math.abs(cosine(turned[0]!, turned[1]!) - cosine(items[0]!, items[1]!))).toBeLessThan(bound);
    expect(denseError(toDense(recompress(turnedSum, 5)), toDense(recompress(sum, 5)))).toBeLessThan(1e-4);
  });
});

/** An element-wise rule in core coordinates sees the bases: this case tells singular vectors of the stacks from any other orthonormal basis. */
describe('TIES on core matrices (golden core-ties-lowrank)', () => {
  it.each(['m0', 'm1'])('%s: the bases are those of the reference, but for signs', async (module) => {
    const { parameters, tolerance } = readCase('core-ties-lowrank') as SpectralCase & {
      readonly parameters: { readonly topK: number };
    };
    const items = await readItems('lowrank.safetensors', parameters, module);
    const basis = coreBasis(items);
    const trimmed = basis.cores.map(({ data }) => {
      // The original keeps what is at or above the magnitude of rank d - trunc(d·K), so one entry more than the paper.
      const threshold = data.map(Math.abs).toSorted()[
        data.length - Math.trunc((data.length * parameters.topK) / 100) - 1
      ]!;
      return data.map((value) => (Math.abs(value) >= threshold ? value : 0));
    });
    const merged = trimmed[0]!.map((_, at) => {
      const sign = Math.sign(trimmed.reduce((sum, core) => sum + core[at]!, 0));
      const agreeing = trimmed.map((core) => core[at]!).filter((value) => value * sign > 0);
      return agreeing.length === 0 ? 0 : agreeing.reduce((sum, value) => sum + value, 0) / agreeing.length;
    });
    const { rows, columns } = basis.cores[0]!;
    const expected = await openSafetensors(join(golden, 'core-ties-lowrank', 'expected.safetensors'));
    const result = toDense(fromCore(basis, createMatrix(rows, columns, merged)));
    const bound = tolerance.relativeFrobenius.float64;
    expect(denseError(result, await readF64(expected, module))).toBeLessThan(bound);
    await expected.close();
  });
});
