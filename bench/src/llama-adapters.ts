import { writeAdapter } from '@crucible/engine/adapters';
import { createKeyedRandom } from '@crucible/engine/random';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Adapters of a Llama-shaped model, all seven projections of each layer. */
export interface LlamaShape {
  readonly layers: number;
  readonly width: number;
  /** Of keys and values, which heads share. */
  readonly keyWidth: number;
  readonly hidden: number;
  readonly rank: number;
  readonly adapters: number;
}

/** Llama-3.2-1B. */
export const LLAMA_1B: LlamaShape = { layers: 16, width: 2048, keyWidth: 512, hidden: 8192, rank: 16, adapters: 4 };

const SCALE = 2;

/** Paths of adapters with seeded normal factors, made once in the cache folder. */
export async function llamaAdapters(
  cache: string,
  shape: LlamaShape,
  log: (line: string) => void,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let adapter = 0; adapter < shape.adapters; adapter += 1) {
    const { layers, width, hidden, rank } = shape;
    const path = join(cache, `llama-${layers}x${width}x${hidden}-r${rank}-${adapter}.safetensors`);
    paths.push(path);
    if (await exists(path)) continue;
    log(`making ${path}`);
    await makeAdapter(path, shape, adapter);
  }
  return paths;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function makeAdapter(path: string, shape: LlamaShape, adapter: number): Promise<void> {
  const { layers, rank } = shape;
  const projections = projectionsOf(shape);
  const random = createKeyedRandom(adapter);
  const draw = (key: readonly string[], count: number, size: number): Float32Array =>
    random.normal(key, count).map((value) => value * size);
  await writeAdapter(
    path,
    {
      version: 1,
      name: `llama-${adapter}`,
      method: 'LORA',
      rank,
      alpha: SCALE * rank,
      scale: SCALE,
      targetModules: projections.map(([name]) => name.split('.')[1]!),
      baseDigest: createHash('sha256').update('bench llama').digest('hex'),
    },
    Array.from({ length: layers }, (_, layer) =>
      projections.map(([projection, outFeatures, inFeatures]) => {
        const name = `model.layers.${layer}.${projection}`;
        return {
          info: { name, inFeatures, outFeatures, rank, scale: SCALE },
          factors: () => ({
            a: draw([name, 'A'], rank * inFeatures, 1 / 64),
            b: draw([name, 'B'], outFeatures * rank, 1 / 100),
          }),
        };
      }),
    ).flat(),
  );
}

function projectionsOf({ width, keyWidth, hidden }: LlamaShape): readonly (readonly [string, number, number])[] {
  return [
    ['self_attn.q_proj', width, width],
    ['self_attn.k_proj', keyWidth, width],
    ['self_attn.v_proj', keyWidth, width],
    ['self_attn.o_proj', width, width],
    ['mlp.gate_proj', hidden, width],
    ['mlp.up_proj', hidden, width],
    ['mlp.down_proj', width, hidden],
  ];
}
