import type { AdapterFile } from '@crucible/engine/adapters';
import { memoryAdapter } from './synthetic-adapters.js';

/**
 * The same ΔW from other factors: (B, A) → (B·G, G⁻¹·A) with G = [[2, 1], [0, 0.5]] on the first two of the ranks, which float32 divides without loss.
 * The digest stays, since randomness is keyed by it.
 */
export async function regaugeAdapter(adapter: AdapterFile): Promise<AdapterFile> {
  const factors = new Map<string, { a: Float32Array; b: Float32Array }>();
  for (const { name, rank, inFeatures } of adapter.modules.values()) {
    const { a, b } = await adapter.readFactors(name);
    const before = { a: a.slice(), b: b.slice() };
    for (let row = 0; row < b.length; row += rank) {
      b[row] = 2 * before.b[row]!;
      b[row + 1] = before.b[row]! + 0.5 * before.b[row + 1]!;
    }
    for (let i = 0; i < inFeatures; i += 1) {
      a[i] = 0.5 * before.a[i]! - before.a[inFeatures + i]!;
      a[inFeatures + i] = 2 * before.a[inFeatures + i]!;
    }
    factors.set(name, { a, b });
  }
  const memory = memoryAdapter(adapter.manifest, [...adapter.modules.values()], factors);
  return { ...memory, modules: adapter.modules, digest: adapter.digest };
}
