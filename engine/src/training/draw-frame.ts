import type { LinearShape } from '../models/index.js';
import { createKeyedRandom } from '../random/index.js';

/**
 * A0 of every module, `[rank, in]`: Kaiming-uniform with a = √5, that is U(−1/√in, 1/√in), as PEFT draws LoRA's A. A module's A0 depends on the seed, its
 * name and its shape alone, so adapters that share a seed, a base and a rank share a frame, wherever and for whatever targets they were trained.
 */
export function drawFrame(
  seed: number,
  modules: ReadonlyMap<string, LinearShape>,
  rank: number,
): ReadonlyMap<string, Float32Array> {
  const random = createKeyedRandom(seed);
  const frame = new Map<string, Float32Array>();
  for (const [name, { inFeatures }] of modules) {
    const bound = inFeatures ** -0.5;
    const uniform = random.uniform(['frame', name], rank * inFeatures);
    frame.set(
      name,
      uniform.map((u) => (2 * u - 1) * bound),
    );
  }
  return frame;
}
