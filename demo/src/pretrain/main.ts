// Pre-trains the base: `npm run make:base`. Goes on from its checkpoint when it was stopped.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selectBackend } from '@crucible/engine/backend';
import { formatVisionConfig, type VisionConfig } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';
import { encodeF16, viewBytes, writeSafetensors } from '@crucible/engine/tensors';
import { trainFull } from '@crucible/engine/training';
import { drawGlyphs, SIDE } from '../images/augment.js';
import { readOutlines } from '../images/outlines.js';
import { cacheDirectory, workspaceDirectory } from '../paths.js';
import { initializeBase } from './initialize-base.js';

const SEED = 7;
const STEPS = 1900;
const BATCH = 128;
const CONFIG: VisionConfig = {
  hiddenSize: 128,
  intermediateSize: 512,
  layers: 4,
  heads: 4,
  imageSize: SIDE,
  patchSize: 7,
  channels: 1,
  projectionSize: 128,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
};

const { scripts } = await readOutlines(cacheDirectory);
const classes = scripts
  .filter(({ task }) => !task)
  .flatMap(({ characters, glyphs }) => characters.map((_, label) => glyphs.filter((glyph) => glyph.label === label)))
  .filter((glyphs) => glyphs.length > 0);
console.log(`${classes.length} classes, ${classes.reduce((sum, glyphs) => sum + glyphs.length, 0)} glyphs`);

/** Classes are drawn alike, however many fonts have them. */
const random = createKeyedRandom(SEED);
function nextBatch(step: number) {
  const draws = random.uniform(['batch', step], BATCH * 2);
  const labels = Int32Array.from({ length: BATCH }, (_, i) => Math.floor(draws[2 * i]! * classes.length));
  const glyphs = [...labels].map((label, i) => {
    const choices = classes[label]!;
    return choices[Math.floor(draws[2 * i + 1]! * choices.length)]!;
  });
  const pixels = drawGlyphs(glyphs, random, ['images', step]);
  return { images: { count: BATCH, height: SIDE, width: SIDE, channels: 1, pixels }, labels };
}

const backend = await selectBackend();
console.log(`backend ${backend.name}`);
let [loss, accuracy, seconds] = [0, 0, 0];
const EVERY = 25;
const { parameters } = await trainFull({
  tf: backend.tf,
  config: CONFIG,
  parameters: initializeBase(CONFIG, SEED),
  classes: classes.length,
  nextBatch,
  steps: STEPS,
  learningRate: 1.5e-3,
  warmup: 100,
  weightDecay: 0.05,
  labelSmoothing: 0.05,
  seed: SEED,
  checkpointPath: join(cacheDirectory, 'base.checkpoint.safetensors'),
  checkpointEvery: 100,
  onProgress(progress) {
    loss += progress.loss / EVERY;
    accuracy += progress.accuracy / EVERY;
    seconds += progress.secondsPerStep / EVERY;
    if (progress.step % EVERY > 0) return;
    console.log(
      `${new Date().toISOString().slice(11, 19)} step ${progress.step}/${STEPS} loss ${loss.toFixed(3)} accuracy ${accuracy.toFixed(3)} ${seconds.toFixed(2)} s/step`,
    );
    [loss, accuracy, seconds] = [0, 0, 0];
  },
});
backend.dispose();

const folder = join(workspaceDirectory, 'base');
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, 'config.json'),
  `${JSON.stringify({ ...formatVisionConfig(CONFIG), dtype: 'float16' }, null, 2)}\n`,
);
// Half precision: half the bytes. Heads and adapters are made from these rounded weights, so nothing that is measured knows others.
await writeSafetensors(join(folder, 'model.safetensors'), {
  metadata: { format: 'pt' },
  tensors: [...parameters].map(([name, { shape, values }]) => ({
    name,
    dtype: 'F16',
    shape,
    read: () => viewBytes(encodeF16(values, new Uint16Array(values.length))),
  })),
});
console.log(`wrote ${folder}`);
