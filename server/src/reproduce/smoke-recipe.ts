import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { parseModelConfig, type Architecture } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';
import { viewBytes, writeSafetensors } from '@crucible/engine/tensors';
import type { Recipe, RecipeTask } from './recipe.js';
import { smokeModels, smokeTokenizer } from './smoke-models.js';

const random = createKeyedRandom(2024);
const RANK = 2;
const TASKS = 3;
const TRAIN = 8;
const TEST = 5;

/**
 * The same recipe over a tiny random model with random adapters and data, all written under `root`: every step is taken, no figure means anything. The same
 * bytes each time.
 */
export async function smokeRecipe(recipe: Recipe, root: string): Promise<Recipe> {
  const { config, targets, readsImages, files } = smokeModels.get(recipe.name)!;
  const architecture = parseModelConfig('the smoke model', config);
  const base = join(root, 'base');
  await writeModel(base, architecture, { 'config.json': config, ...files, 'tokenizer.json': smokeTokenizer(config) });
  const tasks: RecipeTask[] = [];
  for (const task of recipe.tasks.filter((_, index) => index >= recipe.tasks.length - TASKS)) {
    await writeAdapter(join(root, 'adapters', task.name), architecture, targets, task.name);
    const directory = join('tasks', task.name);
    const data = readsImages ? await writeImages(join(root, directory)) : await writeTexts(join(root, directory), task);
    tasks.push({
      ...task,
      data: { kind: 'FOLDER', directory, ...data },
      form: readsImages ? { image: { size: config.vision_config!.image_size } } : task.form,
      adapter: { kind: 'FOLDER', directory: join('adapters', task.name) },
    });
  }
  const unpublished = <Row extends object>(row: Row) => ({ ...row, published: null });
  return {
    ...recipe,
    title: `${recipe.title}: smoke test on random models`,
    base: { kind: 'FOLDER', directory: 'base' },
    tasks,
    validationExamples: 2,
    bare: unpublished(recipe.bare),
    specialists: unpublished(recipe.specialists),
    fusions: recipe.fusions.map(unpublished),
    notes: ['Random models and random examples: no figure means anything.'],
  };
}

async function writeModel(folder: string, model: Architecture, files: Readonly<Record<string, object>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
  await writeSafetensors(join(folder, 'model.safetensors'), {
    metadata: { format: 'pt' },
    tensors: [...model.parameterSpecs].map(([name, { shape, storedShape = shape }]) => {
      const count = storedShape.reduce((product, size) => product * size, 1);
      const values = random.normal(['weights', name], count).map((value) => 0.2 * value);
      return { name, dtype: 'F32', shape: storedShape, read: () => viewBytes(values) };
    }),
  });
}

async function writeAdapter(
  folder: string,
  model: Architecture,
  targets: readonly string[],
  name: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = {
    peft_type: 'LORA',
    r: RANK,
    lora_alpha: 2 * RANK,
    target_modules: targets,
    base_model_name_or_path: 'base',
    fan_in_fan_out: false,
    bias: 'none',
  };
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(config));
  const layers = [...model.linearLayers].filter(
    ([layer]) => targets.some((target) => layer.endsWith(`.${target}`)) && !layer.startsWith('text_model'),
  );
  const tensors = layers.flatMap(([layer, { outFeatures, inFeatures }]) =>
    (
      [
        ['A', [RANK, inFeatures]],
        ['B', [outFeatures, RANK]],
      ] as const
    ).map(([factor, shape]) => {
      const values = random.normal([name, layer, factor], shape[0] * shape[1]).map((value) => 0.3 * value);
      return {
        name: `base_model.model.${layer}.lora_${factor}.weight`,
        dtype: 'F32' as const,
        shape,
        read: () => viewBytes(values),
      };
    }),
  );
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), { metadata: { format: 'pt' }, tensors });
}

const CLASSES = ['zero', 'one', 'two'];

async function writeImages(folder: string): Promise<{ train: object; test: object }> {
  for (const [split, count] of [
    ['train', TRAIN],
    ['test', TEST],
  ] as const) {
    for (const [label, name] of CLASSES.entries()) {
      await mkdir(join(folder, split, name), { recursive: true });
      for (let i = 0; i < count; i += 1) {
        const pixels = Uint8Array.from(random.integers([folder.split('/').at(-1)!, split, label, i], 32 * 32 * 3, 256));
        const raw = { width: 32, height: 32, channels: 3 } as const;
        await sharp(pixels, { raw })
          .png()
          .toFile(join(folder, split, name, `${i}.png`));
      }
    }
  }
  return { train: { imageFolder: 'train' }, test: { imageFolder: 'test' } };
}

/** Rows with every field that a task of GLUE may ask for. */
async function writeTexts(folder: string, { name }: RecipeTask): Promise<{ train: object; test: object }> {
  await mkdir(folder, { recursive: true });
  const split = async (title: string, count: number): Promise<object> => {
    const rows = Array.from({ length: count * CLASSES.length }, (_, i) => {
      const words = Array.from(random.integers([name, title, i], 8, CLASSES.length), (index) => CLASSES[index]!);
      const [first, second] = [words.slice(0, 4).join(' '), `${words.slice(4).join(' ')} ${title} ${i}`];
      const label = name.endsWith('stsb') ? (i % 11) / 2 : i % 2;
      return { sentence: first, sentence1: first, sentence2: second, question1: first, question2: second, label };
    });
    await writeFile(join(folder, `${title}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return { table: { format: 'JSONL', paths: [`${title}.jsonl`] } };
  };
  return { train: await split('train', TRAIN), test: await split('test', TEST) };
}
