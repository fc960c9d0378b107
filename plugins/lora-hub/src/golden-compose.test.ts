import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AdapterFile, AdapterManifest } from '@crucible/engine/adapters';
import { openSafetensors } from '@crucible/engine/tensors';
import { fuseAdapters, memoryAdapter, syntheticAdapter, type FusedForTest } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { loraHub } from './lora-hub-strategy.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const { parameters, tolerance } = JSON.parse(readFileSync(`${golden}case.json`, 'utf8')) as {
  readonly parameters: { readonly weights: readonly number[]; readonly scale: number };
  readonly tolerance: { readonly atol: number; readonly rtol: number };
};
const modules = ['q', 'v'].map((name) => ({ name, outFeatures: 12, inFeatures: 10 }));

async function goldenAdapters(): Promise<readonly AdapterFile[]> {
  const file = await openSafetensors(`${golden}inputs.safetensors`);
  const { manifest } = syntheticAdapter({ seed: 1 });
  const adapters: AdapterFile[] = [];
  for (let i = 0; i < parameters.weights.length; i += 1) {
    const factors = new Map<string, { a: Float32Array; b: Float32Array }>();
    for (const { name } of modules) {
      const a = await file.readFloat32(`adapter${i}/${name}.lora_A.weight`);
      factors.set(name, { a, b: await file.readFloat32(`adapter${i}/${name}.lora_B.weight`) });
    }
    const own: AdapterManifest = { ...manifest, name: `golden-${i}`, rank: 4, alpha: 4, scale: parameters.scale };
    adapters.push(memoryAdapter(own, modules, factors));
  }
  await file.close();
  return adapters;
}

/** A search whose start is the golden coefficients, and whose loss is least there: weightᵢ / n is the first point that is tried. */
async function composeAtGolden(space: 'FACTOR' | 'DELTA'): Promise<FusedForTest> {
  const adapters = await goldenAdapters();
  const { weights } = parameters;
  const loss = (w: readonly number[]): number => w.reduce((sum, x, i) => sum + Math.abs(x - weights[i]!), 0);
  return fuseAdapters({
    strategy: loraHub,
    adapters,
    space,
    weights: weights.map((weight) => weight * weights.length),
    options: { budget: 3, l1: 0 },
    objective: {
      adapterCount: adapters.length,
      examples: 5,
      evaluate: async (w) => ({ loss: loss(w), accuracy: 0, examples: 5 }),
    },
  });
}

async function excessOver(fused: FusedForTest, prefix: string): Promise<number> {
  const file = await openSafetensors(`${golden}expected.safetensors`);
  let excess = -Infinity;
  for (const { name } of modules) {
    const expected = await file.readFloat32(`${prefix}/${name}`);
    const { data } = fused.deltas.get(name)!;
    expected.forEach((value, i) => {
      excess = Math.max(excess, Math.abs(data[i]! - value) - tolerance.atol - tolerance.rtol * Math.abs(value));
    });
  }
  await file.close();
  return excess;
}

describe('golden dare-free/lorahub-compose: what coefficients make of three adapters', () => {
  it('FACTOR space is the paper’s quadratic composition', async () => {
    const fused = await composeAtGolden('FACTOR');
    fused.outcome.coefficients!.forEach((w, i) => expect(w).toBeCloseTo(parameters.weights[i]!, 12));
    expect(await excessOver(fused, 'composed_delta')).toBeLessThanOrEqual(0);
  });

  it('DELTA space is the linear combination', async () => {
    expect(await excessOver(await composeAtGolden('DELTA'), 'linear_delta')).toBeLessThanOrEqual(0);
  });
});
