import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestModel, writeAdapter, writeFrame } from '@crucible/engine/adapters';
import { formatVisionConfig, initializeVisionModel, type VisionConfig } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';
import { packTask, writeTask, writeTaskHead, type Examples } from '@crucible/engine/tasks';
import { writeSafetensors } from '@crucible/engine/tensors';
import { hashFile } from '../blobs/index.js';

const CONFIG: VisionConfig = {
  hiddenSize: 16,
  intermediateSize: 32,
  layers: 2,
  heads: 2,
  imageSize: 8,
  patchSize: 4,
  channels: 1,
  projectionSize: 8,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
};
const CLASSES = 3;
const RANK = 2;
const SCALE = 1.5;
const TARGETS = ['q_proj', 'v_proj'];
const MODULES = [0, 1].flatMap((layer) =>
  TARGETS.map((name) => `vision_model.encoder.layers.${layer}.self_attn.${name}`),
);
const METHODS = ['LORA', 'L_LORA'] as const;

/**
 * A real workspace in miniature: a tower of 2 layers, two tasks of 9 to 24 images, heads, one tangent frame, an adapter per task and method.
 * Weights and images are random under fixed seeds: what is tested is what becomes of them, not what they know.
 */
export async function writeTinyWorkspace(folder: string): Promise<void> {
  for (const part of ['base', 'tasks', 'heads', 'frames', 'adapters'])
    await mkdir(join(folder, part), { recursive: true });
  const base = join(folder, 'base');
  await writeFile(join(base, 'config.json'), JSON.stringify(formatVisionConfig(CONFIG)));
  await writeSafetensors(join(base, 'model.safetensors'), {
    metadata: { format: 'pt' },
    tensors: [...initializeVisionModel(CONFIG, 1)].map(([name, { shape, values }]) => ({
      name,
      dtype: 'F32' as const,
      shape: [...shape],
      read: () => new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
    })),
  });
  const baseDigest = await digestModel(base);
  const entry = async (file: string, rest: object): Promise<object> => ({
    ...rest,
    file,
    sha256: (await hashFile(join(folder, file))).digest,
  });
  const random = createKeyedRandom(7);
  const a0 = (module: string): Float32Array =>
    random.normal(['A0', module], RANK * CONFIG.hiddenSize).map((x) => x / 4);
  const frame = await writeFrame(
    join(folder, 'frames', 'frame.safetensors'),
    { baseDigest, rank: RANK, scale: SCALE, targetModules: TARGETS },
    MODULES.map((name) => ({
      info: { name, inFeatures: CONFIG.hiddenSize, rank: RANK, scale: SCALE },
      a: () => a0(name),
    })),
  );
  const [tasks, heads, adapters]: [object[], object[], object[]] = [[], [], []];
  for (const [index, name] of ['left', 'right'].entries()) {
    const path = join(folder, 'tasks', `${name}.safetensors`);
    await writeTask(
      path,
      {
        version: 1,
        name,
        title: `The ${name} one`,
        description: 'Noise with labels.',
        metric: 'accuracy',
        classes: ['a', 'b', 'c'],
        licence: 'CC0-1.0',
        source: 'drawn from a seed',
      },
      { train: examples(index, 0, 24), validation: examples(index, 1, 12), test: examples(index, 2, 9) },
    );
    // One of the two is shipped packed, as the demo's are.
    const file = index === 0 ? `tasks/${name}.safetensors` : `tasks/${name}.safetensors.br`;
    if (index === 1) await packTask(path, join(folder, file));
    tasks.push(await entry(file, { name }));
    const weight = unitRows(random.normal(['head', name], CLASSES * CONFIG.projectionSize));
    const head = {
      baseDigest,
      taskName: name,
      weight,
      classes: CLASSES,
      projection: CONFIG.projectionSize,
      logitScale: 10,
    };
    await writeTaskHead(join(folder, 'heads', `${name}.safetensors`), head);
    heads.push(await entry(`heads/${name}.safetensors`, { task: name }));
    for (const method of METHODS) {
      const adapter = `adapters/${name}.${method.toLowerCase()}.safetensors`;
      await writeAdapter(
        join(folder, adapter),
        {
          version: 1,
          name: `${name} ${method}`,
          method,
          rank: RANK,
          alpha: RANK * SCALE,
          scale: SCALE,
          targetModules: TARGETS,
          baseDigest,
          frameDigest: frame.digest,
        },
        MODULES.map((module) => ({
          info: {
            name: module,
            inFeatures: CONFIG.hiddenSize,
            outFeatures: CONFIG.hiddenSize,
            rank: RANK,
            scale: SCALE,
          },
          factors: () => ({
            a: method === 'L_LORA' ? a0(module) : random.normal(['A', name, module], RANK * CONFIG.hiddenSize),
            b: random.normal(['B', name, method, module], RANK * CONFIG.hiddenSize).map((x) => x / 2),
          }),
        })),
      );
      adapters.push(await entry(adapter, { task: name, seed: 0 }));
    }
  }
  const manifest = {
    version: 1,
    name: 'tiny',
    base: { name: 'tiny tower', folder: 'base' },
    tasks,
    heads,
    frames: [await entry('frames/frame.safetensors', { name: 'the frame' })],
    adapters,
  };
  await writeFile(join(folder, 'workspace.json'), JSON.stringify(manifest, null, 2));
}

function examples(task: number, split: number, count: number): Examples {
  const { imageSize: side } = CONFIG;
  const noise = createKeyedRandom(100 + task).uniform(['images', split], count * side * side);
  return {
    count,
    height: side,
    width: side,
    channels: 1,
    pixels: Uint8Array.from(noise, (x) => Math.floor(x * 256)),
    labels: Int32Array.from({ length: count }, (_, index) => index % CLASSES),
  };
}

function unitRows(values: Float32Array): Float32Array {
  const width = CONFIG.projectionSize;
  for (let row = 0; row < CLASSES; row += 1) {
    const part = values.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...part);
    part.forEach((value, index) => (part[index] = value / length));
  }
  return values;
}
