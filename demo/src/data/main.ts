// Draws the seven tasks: `npm run make:data`. Writes workspace/tasks/*/data.safetensors.br and the clean training images, which the heads need, to .cache.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyedRandom } from '@crucible/engine/random';
import { packTask, writeTask, type Split, type TaskManifest } from '@crucible/engine/tasks';
import { openSafetensors, viewBytes, writeSafetensors } from '@crucible/engine/tensors';
import { SIDE } from '../images/augment.js';
import { readOutlines } from '../images/outlines.js';
import { cacheDirectory as cache, workspaceDirectory as workspace } from '../paths.js';
import { COUNTS, drawScript, scan, takePhotographs, type CleanImages } from './draw-task.js';
import { formatLicences } from './licences.js';
import { CLOTHES, DIGITS, TASKS } from './task-list.js';

const SEED = 2024;
const random = createKeyedRandom(SEED);
const outlines = await readOutlines(cache);
const photographs = await openSafetensors(join(cache, 'photographs.safetensors'));

type Splits = Readonly<Record<Split, CleanImages>>;

/** Splits that share no image: consecutive pieces of one permutation. */
async function drawPhotographs(
  task: string,
  set: string,
  splits: readonly Split[],
): Promise<Partial<Record<Split, CleanImages>>> {
  const pixels = await photographs.readUint8(`${set}.images`);
  const labels = await photographs.readUint8(`${set}.labels`);
  const order = random.permutation([task, set, 'order'], labels.length);
  let begin = 0;
  return Object.fromEntries(
    splits.map((split) => {
      begin += COUNTS[split];
      return [split, takePhotographs(pixels, labels, order.subarray(begin - COUNTS[split], begin))];
    }),
  );
}

async function draw(task: string): Promise<{ readonly classes: readonly string[]; readonly splits: Splits }> {
  if (task === 'mnist') {
    return {
      classes: DIGITS,
      splits: (await drawPhotographs(task, 'mnist', ['train', 'validation', 'test'])) as Splits,
    };
  }
  if (task === 'fashion') {
    const known = await drawPhotographs(task, 'fashion.train', ['train', 'validation']);
    return {
      classes: CLOTHES,
      splits: { ...known, ...(await drawPhotographs(task, 'fashion.test', ['test'])) } as Splits,
    };
  }
  const script = outlines.scripts.find(({ name }) => name === task)!;
  const of = (split: Split) => drawScript(script, outlines.faces, random, split);
  return { classes: script.characters, splits: { train: of('train'), validation: of('validation'), test: of('test') } };
}

for (const text of TASKS) {
  const { classes, splits } = await draw(text.name);
  const manifest: TaskManifest = { version: 1, metric: 'accuracy', classes, ...text };
  const folder = join(workspace, 'tasks', text.name);
  await mkdir(folder, { recursive: true });
  await mkdir(join(cache, 'clean'), { recursive: true });
  const file = join(cache, `${text.name}.safetensors`);
  const scanned = (split: Split) => scan(splits[split], random, text.name, split);
  const { digest } = await writeTask(file, manifest, {
    train: scanned('train'),
    validation: scanned('validation'),
    test: scanned('test'),
  });
  const packed = await packTask(file, join(folder, 'data.safetensors.br'));
  await rm(file);
  const { images, labels } = splits.train;
  await writeSafetensors(join(cache, 'clean', `${text.name}.safetensors`), {
    tensors: [
      { name: 'images', dtype: 'F32', shape: [labels.length, SIDE, SIDE], read: () => viewBytes(images) },
      { name: 'labels', dtype: 'I32', shape: [labels.length], read: () => viewBytes(labels) },
    ],
  });
  console.log(
    `${text.name}: ${classes.length} classes, ${(packed.byteLength / 1e6).toFixed(2)} MB, sha256 ${digest.slice(0, 12)}`,
  );
}
await photographs.close();
await writeFile(join(workspace, 'LICENSES.md'), formatLicences(outlines.packages));
