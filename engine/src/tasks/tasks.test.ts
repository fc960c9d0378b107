import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyedRandom } from '../random/index.js';
import { viewBytes, writeSafetensors, type Dtype } from '../tensors/index.js';
import { checkDisjoint } from './check-disjoint.js';
import { taskLimits } from './limits.js';
import { openTask } from './open-task.js';
import { packTask, unpackTask } from './pack-task.js';
import { pickExamples, selectFewShot } from './select-few-shot.js';
import { openTaskHead, writeTaskHead } from './task-head.js';
import { SPLITS, type Examples, type Split, type TaskHead, type TaskManifest } from './task.js';
import { writeTask } from './write-task.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-tasks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const manifest: TaskManifest = {
  version: 1,
  name: 'digits-test',
  title: 'Digits',
  description: 'Three digits.',
  metric: 'accuracy',
  classes: ['0', '1', '2'],
  licence: 'CC0-1.0',
  source: 'made here',
};
function createExamples(split: string, count: number, channels = 1, classes = 3): Examples {
  const pixels = Uint8Array.from(createKeyedRandom(1).integers([split], count * 4 * channels, 256));
  return {
    count,
    height: 2,
    width: 2,
    channels,
    pixels,
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
  };
}
const splits = (channels = 1): Record<Split, Examples> => ({
  train: createExamples('train', 12, channels),
  validation: createExamples('validation', 6, channels),
  test: createExamples('test', 5, channels),
});

describe('a task', () => {
  it.each([1, 3])('comes back as it was written, with %i channels', async (channels) => {
    const path = join(folder, `task-${channels}`);
    const written = await writeTask(path, manifest, splits(channels));
    const task = await openTask(path);
    expect({ digest: task.digest, byteLength: task.byteLength }).toEqual(written);
    expect(task.manifest).toEqual(manifest);
    expect(task.counts).toEqual({ train: 12, validation: 6, test: 5 });
    expect([task.height, task.width, task.channels]).toEqual([2, 2, channels]);
    for (const split of SPLITS) expect(await task.readSplit(split)).toEqual(splits(channels)[split]);
    await expect(checkDisjoint(task)).resolves.toBeUndefined();
    await task.close();
  });

  it('keeps labels of more than 256 classes, and has the same bytes each time', async () => {
    const classes = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const wide = { ...splits(), train: { ...splits().train, labels: new Int32Array(12).fill(299) } };
    const first = await writeTask(join(folder, 'wide-1'), { ...manifest, classes }, wide);
    expect(await writeTask(join(folder, 'wide-2'), { ...manifest, classes }, wide)).toEqual(first);
    const task = await openTask(join(folder, 'wide-1'));
    expect((await task.readSplit('train')).labels).toEqual(new Int32Array(12).fill(299));
    await task.close();
  });

  it('is not written when an image is in two splits, even under another label', async () => {
    const { train, validation, test } = splits();
    const leaking = { train, validation, test: { ...test, pixels: Uint8Array.from(test.pixels) } };
    leaking.test.pixels.set(train.pixels.subarray(8, 12), 12);
    await expect(writeTask(join(folder, 'leak'), manifest, leaking)).rejects.toMatchObject({
      code: 'TASK_SPLITS_OVERLAP',
      details: { first: 'train', firstPosition: 2, second: 'test', secondPosition: 3, count: 1 },
    });
  });

  it('may hold an image twice in one split', async () => {
    const twice = splits();
    twice.train.pixels.copyWithin(4, 0, 4);
    await expect(writeTask(join(folder, 'twice'), manifest, twice)).resolves.toBeDefined();
  });

  it('made elsewhere is found to share images by checkDisjoint', async () => {
    const path = join(folder, 'elsewhere');
    const { train } = splits();
    await craft(path, manifest, { train, validation: train, test: train });
    const task = await openTask(path);
    await expect(checkDisjoint(task)).rejects.toMatchObject({ code: 'TASK_SPLITS_OVERLAP', details: { count: 24 } });
    await task.close();
  });

  const badManifests: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['one class', { classes: ['0'] }, 'TASK_MANIFEST_INVALID'],
    ['one class twice', { classes: ['0', '0'] }, 'TASK_MANIFEST_INVALID'],
    ['too many classes', { classes: Array.from({ length: taskLimits.classes + 1 }, String) }, 'TASK_MANIFEST_INVALID'],
    ['another metric', { metric: 'f1' }, 'TASK_MANIFEST_INVALID'],
    ['a name that is a path', { name: '../x' }, 'TASK_MANIFEST_INVALID'],
    ['a long title', { title: 'x'.repeat(taskLimits.nameCharacters + 1) }, 'TASK_MANIFEST_INVALID'],
    ['an unknown field', { extra: 1 }, 'TASK_MANIFEST_INVALID'],
    ['another version', { version: 2 }, 'TASK_VERSION_UNKNOWN'],
    ['endless text', { padding: 'x'.repeat(taskLimits.manifestCharacters) }, 'TASK_MANIFEST_INVALID'],
  ];
  it.each(badManifests)('is neither written nor read with %s', async (_, change, code) => {
    const changed = { ...manifest, ...change } as TaskManifest;
    await expect(writeTask(join(folder, 'bad'), changed, splits())).rejects.toMatchObject({ code });
    await craft(join(folder, 'bad'), changed, splits());
    await expect(openTask(join(folder, 'bad'))).rejects.toMatchObject({ code });
  });

  const badSplits: readonly (readonly [string, Partial<Examples>, string])[] = [
    ['a label of no class', { labels: Int32Array.of(0, 1, 2, 3, 0) }, 'TASK_LABEL_OUT_OF_RANGE'],
    ['a negative label', { labels: Int32Array.of(0, -1, 2, 0, 0) }, 'TASK_LABEL_OUT_OF_RANGE'],
    ['fewer labels than images', { labels: Int32Array.of(0) }, 'TASK_SPLIT_INVALID'],
    ['fewer pixels than images', { pixels: new Uint8Array(3) }, 'TASK_SPLIT_INVALID'],
    ['two channels', { channels: 2, pixels: new Uint8Array(40) }, 'TASK_SPLIT_INVALID'],
    ['images of another size', { width: 4, pixels: new Uint8Array(40) }, 'TASK_SPLIT_INVALID'],
    ['images above the cap', { height: taskLimits.side + 1 }, 'TASK_SPLIT_INVALID'],
    ['more examples than the cap', { count: taskLimits.examples + 1 }, 'TASK_SPLIT_INVALID'],
    ['no test examples', { count: 0, pixels: new Uint8Array(), labels: new Int32Array() }, 'TASK_SPLIT_INVALID'],
  ];
  it.each(badSplits)('is not written with %s', async (_, change, code) => {
    const bad = { ...splits(), test: { ...splits().test, ...change } };
    await expect(writeTask(join(folder, 'bad'), manifest, bad)).rejects.toMatchObject({ code });
  });

  it('made elsewhere with a label of no class is refused when the split is read', async () => {
    const path = join(folder, 'label');
    await craft(path, manifest, { ...splits(), test: { ...splits().test, labels: Int32Array.of(0, 1, 9, 0, 0) } });
    const task = await openTask(path);
    await expect(task.readSplit('train')).resolves.toBeDefined();
    await expect(task.readSplit('test')).rejects.toMatchObject({
      code: 'TASK_LABEL_OUT_OF_RANGE',
      details: { got: 9 },
    });
    await task.close();
  });

  it('is refused without a manifest, with a foreign or a missing tensor, or with images of floats', async () => {
    const path = join(folder, 'odd');
    await craft(path, undefined, splits());
    await expect(openTask(path)).rejects.toMatchObject({ code: 'TASK_MANIFEST_MISSING' });
    await craft(path, manifest, splits(), ['test.labels']);
    await expect(openTask(path)).rejects.toMatchObject({ code: 'TENSORS_NOT_FOUND' });
    await craft(path, manifest, { ...splits(), more: splits().test });
    await expect(openTask(path)).rejects.toMatchObject({ code: 'TASK_MANIFEST_INVALID' });
    await craft(path, manifest, splits(), [], 'I8');
    await expect(openTask(path)).rejects.toMatchObject({ code: 'TASK_SPLIT_INVALID' });
  });
});

/** Writes a task without our checks. */
async function craft(
  path: string,
  text: object | undefined,
  parts: Readonly<Record<string, Examples>>,
  without: readonly string[] = [],
  dtype: Dtype = 'U8',
): Promise<void> {
  const tensors = Object.entries(parts).flatMap(([split, { count, height, width, pixels, labels }]) => [
    { name: `${split}.images`, dtype, shape: [count, height, width], read: () => pixels },
    { name: `${split}.labels`, dtype: 'I32' as const, shape: [count], read: () => viewBytes(labels) },
  ]);
  await writeSafetensors(path, {
    metadata: text === undefined ? {} : { crucible: JSON.stringify(text) },
    tensors: tensors.filter(({ name }) => !without.includes(name)),
  });
}

describe('the head of a task', () => {
  const head: TaskHead = {
    baseDigest: '12'.repeat(32),
    taskName: 'digits-test',
    weight: Float32Array.of(1, 0, 0.6, 0.8, 0, -1),
    classes: 3,
    projection: 2,
    logitScale: 14.5,
  };
  it('comes back as it was written', async () => {
    const path = join(folder, 'head');
    const { digest } = await writeTaskHead(path, head);
    expect(await openTaskHead(path)).toEqual({ ...head, path, digest });
  });

  const bad: readonly (readonly [string, Partial<TaskHead>, string])[] = [
    ['a row that is no unit vector', { weight: Float32Array.of(1, 0, 1, 1, 0, 1) }, 'TASK_HEAD_INVALID'],
    ['NaN', { weight: Float32Array.of(1, 0, Number.NaN, 1, 0, 1) }, 'TASK_HEAD_INVALID'],
    ['a scale of 0', { logitScale: 0 }, 'TASK_HEAD_INVALID'],
    ['another shape', { classes: 2 }, 'TASK_HEAD_INVALID'],
    ['a projection above the cap', { projection: taskLimits.projection + 1 }, 'TASK_HEAD_INVALID'],
    ['a digest that is none', { baseDigest: 'x' }, 'TASK_MANIFEST_INVALID'],
    ['a name that is a path', { taskName: 'a/b' }, 'TASK_MANIFEST_INVALID'],
  ];
  it.each(bad)('is not written with %s', async (_, change, code) => {
    await expect(writeTaskHead(join(folder, 'bad'), { ...head, ...change })).rejects.toMatchObject({ code });
  });

  it('is not read from the file of a task', async () => {
    const path = join(folder, 'task-as-head');
    await writeTask(path, manifest, splits());
    await expect(openTaskHead(path)).rejects.toMatchObject({ code: 'TASK_MANIFEST_INVALID' });
  });
});

describe('packing', () => {
  it('gives back the same bytes', async () => {
    const path = join(folder, 'plain.safetensors');
    const written = await writeTask(path, manifest, splits());
    await packTask(path, join(folder, 'plain.br'));
    expect(await unpackTask(join(folder, 'plain.br'), join(folder, 'back'))).toEqual(written);
    expect(await readFile(join(folder, 'back'))).toEqual(await readFile(path));
  });

  it('stops a bomb at the cap, refuses what is damaged or cut short, and leaves nothing behind', async () => {
    const where = await mkdtemp(join(folder, 'unpack-'));
    const packed = join(folder, 'bomb.br');
    const bomb = brotliCompressSync(Buffer.alloc(10_000_000));
    const unpack = (maxBytes?: number) =>
      unpackTask(packed, join(where, 'out'), maxBytes === undefined ? {} : { maxBytes });
    await writeFile(packed, bomb);
    await expect(unpack(9_999_999)).rejects.toMatchObject({ code: 'TASK_TOO_LARGE' });
    await writeFile(packed, bomb.subarray(0, -2));
    await expect(unpack()).rejects.toMatchObject({ code: 'TASK_PACKED_INVALID' });
    await writeFile(packed, Buffer.from('not brotli at all'));
    await expect(unpack()).rejects.toMatchObject({ code: 'TASK_PACKED_INVALID' });
    expect(await readdir(where)).toEqual([]);
    await writeFile(packed, bomb);
    expect(await unpack(10_000_000)).toMatchObject({ byteLength: 10_000_000 });
  });
});

describe('few-shot selection', () => {
  const examples = createExamples('few', 60, 1, 4);
  it('takes as many of each class as asked, more of them a superset of fewer, by its key alone', () => {
    const few = selectFewShot(examples, 3, ['task', 'validation']);
    const labels = [...few].map((position) => examples.labels[position]!);
    expect([0, 1, 2, 3].map((label) => labels.filter((other) => other === label).length)).toEqual([3, 3, 3, 3]);
    expect([...few]).toEqual([...few].sort((x, y) => x - y));
    expect(selectFewShot(examples, 3, ['task', 'validation'])).toEqual(few);
    const more = new Set(selectFewShot(examples, 5, ['task', 'validation']));
    expect([...few].every((position) => more.has(position))).toBe(true);
    expect(selectFewShot(examples, 3, ['other'])).not.toEqual(few);
    expect(selectFewShot(examples, 3, ['task', 'validation'], 1)).not.toEqual(few);
    expect(selectFewShot(examples, 1000, ['task'])).toHaveLength(60);
  });

  it('picks the examples at its positions', () => {
    const picked = pickExamples(examples, [5, 0]);
    expect(picked.count).toBe(2);
    expect([...picked.labels]).toEqual([examples.labels[5], examples.labels[0]]);
    expect([...picked.pixels]).toEqual([...examples.pixels.subarray(20, 24), ...examples.pixels.subarray(0, 4)]);
  });

  it.each([0, -1, 1.5])('refuses %d shots', (shots) => {
    expect(() => selectFewShot(examples, shots, [])).toThrow(
      expect.objectContaining({ code: 'TASK_SHOTS_INVALID' }) as Error,
    );
  });
});
