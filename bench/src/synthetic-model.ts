import { writeAdapter, type AdapterManifest } from '@crucible/engine/adapters';
import { createKeyedRandom } from '@crucible/engine/random';
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Adapters of a 7B-shaped model: per layer q, k, v and o of 4096 × 4096. */
export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly rank: number;
  readonly adapters: number;
}

export const SEVEN_B: ModelShape = { layers: 32, width: 4096, rank: 16, adapters: 8 };

const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const SCALE = 2;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Paths of adapters with seeded normal factors, made once in the cache folder: `lora` with an A each, `llora` with one A for all. Values do not
 * matter to speed, and none is zero or repeated, which would.
 */
export async function syntheticModel(
  cache: string,
  kind: 'lora' | 'llora',
  shape: ModelShape,
  log: (line: string) => void,
): Promise<readonly string[]> {
  await mkdir(cache, { recursive: true });
  const paths: string[] = [];
  for (let adapter = 0; adapter < shape.adapters; adapter += 1) {
    const { layers, width, rank } = shape;
    const path = join(cache, `${kind}-${layers}x${width}-r${rank}-${adapter}.safetensors`);
    paths.push(path);
    if (await exists(path)) continue;
    log(`making ${path}`);
    await makeAdapter(path, kind, shape, adapter);
  }
  return paths;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function makeAdapter(path: string, kind: 'lora' | 'llora', shape: ModelShape, adapter: number): Promise<void> {
  const { layers, width, rank } = shape;
  const manifest: AdapterManifest = {
    version: 1,
    name: `${kind}-${adapter}`,
    method: kind === 'lora' ? 'LORA' : 'L_LORA',
    rank,
    alpha: SCALE * rank,
    scale: SCALE,
    targetModules: PROJECTIONS,
    baseDigest: sha256('bench'),
    ...(kind === 'llora' && { frameDigest: sha256('bench frame') }),
  };
  const modules = Array.from({ length: layers }, (_, layer) =>
    PROJECTIONS.map((projection) => `model.layers.${layer}.self_attn.${projection}`),
  ).flat();
  await writeAdapter(
    path,
    manifest,
    modules.map((name) => ({
      info: { name, inFeatures: width, outFeatures: width, rank, scale: SCALE },
      factors: () => ({
        a: createKeyedRandom(kind === 'lora' ? adapter : 1000)
          .normal([name, 'A'], rank * width)
          .map((value) => value / 64),
        b: createKeyedRandom(adapter)
          .normal([name, 'B'], width * rank)
          .map((value) => value / 100),
      }),
    })),
  );
}
