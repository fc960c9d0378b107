import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTask } from '../open-task.js';
import { openTextTask } from '../text/open-text-task.js';
import { importImageTask, type ImageTaskRecipe } from './import-image-task.js';
import { importTextTask, type TextTaskRecipe } from './import-text-task.js';
import { datasetLimits } from './limits.js';
import { listImageFolder } from './read-image-folder.js';
import { readIdx } from './read-idx.js';
import { openParquet } from './read-parquet.js';
import { readTable, type FileRow, type TableFiles } from './read-table.js';
import { resolveSplits } from './resolve-splits.js';
import type { TableFormat } from './row.js';

// Written by pyarrow: tools/python/record_parquet.py.
const golden = fileURLToPath(new URL('../../../src/tasks/datasets/golden/', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-datasets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function write(content: string | Uint8Array): Promise<string> {
  files += 1;
  const path = join(folder, `file-${files}`);
  await writeFile(path, content);
  return path;
}
async function collect(format: TableFormat, path: string, columns: readonly string[]): Promise<readonly FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of readTable({ format, paths: [path] }, columns)) rows.push(row);
  return rows;
}

describe('a parquet file', () => {
  it('gives the columns that are asked for of all rows, over row groups and batches', async () => {
    const file = await openParquet(join(golden, 'sentences.parquet'));
    expect(file.rowCount).toBe(5000);
    expect(file.columns).toEqual(['sentence', 'label', 'idx']);
    expect(file.classNames('label')).toEqual(['unacceptable', 'acceptable']);
    expect(file.classNames('idx')).toBeUndefined();
    let next = 0;
    for await (const { row, values } of file.rows(['idx', 'sentence'])) {
      expect(row).toBe(next + 1);
      expect(values).toEqual({ idx: next, sentence: `sentence ${next} é` });
      next += 1;
    }
    expect(next).toBe(5000);
    await file.close();
  });

  it('is refused when it is cut off, is something else, or promises a footer that is too long', async () => {
    const whole = await readFile(join(golden, 'scores.parquet'));
    const long = Buffer.from(whole);
    long.writeUInt32LE(0x7fffffff, long.length - 8);
    const cases = [
      [whole.subarray(0, whole.length - 20), 'DATASET_UNREADABLE'],
      [Buffer.from('PAR1 but not more PAR1'), 'DATASET_TOO_LARGE'],
      [Buffer.from('text'), 'DATASET_UNREADABLE'],
      [long, 'DATASET_TOO_LARGE'],
    ] as const;
    for (const [bytes, code] of cases) await expect(openParquet(await write(bytes))).rejects.toMatchObject({ code });
    await expect(collect('PARQUET', join(golden, 'scores.parquet'), ['title'])).rejects.toMatchObject({
      code: 'DATASET_COLUMN_MISSING',
      message: expect.stringContaining('it has sentence1, sentence2, label'),
    });
  });

  it('whose data is damaged is refused or read as what it then says, and never hangs', async () => {
    const whole = await readFile(join(golden, 'scores.parquet'));
    const refusals = new Set<unknown>();
    for (let at = 4; at < whole.length - 8; at += 13) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 0xff;
      const read = collect('PARQUET', await write(damaged), ['sentence1', 'label']);
      refusals.add(
        await read.then(
          () => 'read',
          (error: unknown) => (error as { code?: unknown }).code,
        ),
      );
    }
    refusals.delete('DATASET_TOO_LARGE');
    refusals.delete('DATASET_COLUMN_MISSING');
    expect([...refusals].toSorted()).toEqual(['DATASET_UNREADABLE', 'read']);
  });
});

describe('lines of JSON', () => {
  it('are rows, whatever ends them; empty lines are counted and passed over', async () => {
    const path = await write('{"a":1,"b":"é"}\r\n\n{"a":2,"b":"x\\ny"}');
    expect(await collect('JSONL', path, ['a'])).toEqual([
      { file: path, row: 1, values: { a: 1, b: 'é' } },
      { file: path, row: 3, values: { a: 2, b: 'x\ny' } },
    ]);
  });

  it.each([
    ['{"a":1}\n{"a":', /row 2: it is not JSON/],
    ['{"a":1}\n[1]', /row 2: it is no JSON object/],
    [Buffer.from([0x7b, 0xff, 0x7d]), /row 1: it is not UTF-8/],
    ['{"a":1}\n{"b":1}', /row 2: there is no "a", only b/],
  ])('are refused with the number of the row: %s', async (content, message) => {
    await expect(collect('JSONL', await write(content), ['a'])).rejects.toThrow(message);
  });

  it('of more bytes than are read are refused', async () => {
    const path = await write(`{"a":"${'x'.repeat(datasetLimits.rowBytes)}"}`);
    await expect(collect('JSONL', path, ['a'])).rejects.toMatchObject({ code: 'DATASET_TOO_LARGE' });
  });

  it('stop where the signal says so', async () => {
    const path = await write('{"a":1}\n{"a":2}\n');
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const read = readTable({ format: 'JSONL', paths: [path] }, ['a'], { signal: stop.signal });
    await expect(read.next()).rejects.toThrow('enough');
  });
});

describe('separated values', () => {
  it('have quotes in CSV and none in TSV', async () => {
    const csv = await write('\ufeffa,b\r\n"x, ""y""\nz",1\r\n');
    expect((await collect('CSV', csv, ['a', 'b']))[0]!.values).toEqual({ a: 'x, "y"\nz', b: '1' });
    const tsv = await write('a\tb\n"x\t1\n');
    expect((await collect('TSV', tsv, ['a']))[0]!.values).toEqual({ a: '"x', b: '1' });
  });

  it.each([
    ['a,c\n1,2\n1,2,3\n', /row 2: /],
    ['a,b\n1,"2\n', /row 1: /],
    ['a,a\n1,2\n', /two columns are named "a"/],
    ['a,b\n1,2\n', /no column "c"; it has a, b/],
  ])('are refused where they do not fit: %j', async (content, message) => {
    await expect(collect('CSV', await write(content), [content.includes('"') ? 'b' : 'c'])).rejects.toThrow(message);
  });

  it('of more bytes than are read are refused', async () => {
    const path = await write(`a\n${'x'.repeat(datasetLimits.rowBytes + 10)}\n`);
    await expect(collect('CSV', path, ['a'])).rejects.toMatchObject({ code: 'DATASET_TOO_LARGE' });
  });
});

describe('an IDX file', () => {
  const idx = (type: number, shape: readonly number[], data: readonly number[]): Buffer => {
    const head = Buffer.alloc(4 + 4 * shape.length);
    head.set([0, 0, type, shape.length]);
    shape.forEach((extent, i) => head.writeUInt32BE(extent, 4 + 4 * i));
    return Buffer.concat([head, Buffer.from(data)]);
  };

  it('is read plain and packed', async () => {
    const bytes = idx(8, [2, 1, 2], [1, 2, 3, 4]);
    for (const content of [bytes, gzipSync(bytes)]) {
      expect(await readIdx(await write(content))).toEqual({ shape: [2, 1, 2], data: Buffer.from([1, 2, 3, 4]) });
    }
  });

  it.each([
    [Buffer.from('text'), /magic/],
    [idx(13, [1], [0, 0, 0, 0]), /type 13/],
    [idx(8, [3], [1, 2]), /takes 3 bytes, it has 2/],
    [idx(8, [0xffffffff, 0xffffffff], [1]), /takes/],
    [Buffer.from([0, 0, 8, 9, 0]), /9 dimensions/],
  ])('is refused where it does not fit', async (content, message) => {
    await expect(readIdx(await write(content))).rejects.toThrow(message);
  });

  it('makes a task, one channel shown on three where asked', async () => {
    const images = await write(
      idx(
        8,
        [4, 2, 2],
        Array.from({ length: 16 }, (_, i) => i),
      ),
    );
    const labels = await write(idx(8, [4], [0, 1, 0, 1]));
    const path = join(folder, 'idx-task');
    await importImageTask(path, {
      ...imageRecipe,
      channels: 3,
      splits: {
        train: { kind: 'FILES', files: { kind: 'IDX', images, labels } },
        validation: { kind: 'CARVED', from: 'train', examples: 1 },
        test: { kind: 'CARVED', from: 'train', examples: 1 },
      },
    });
    const task = await openTask(path);
    expect(task.counts).toEqual({ train: 2, validation: 1, test: 1 });
    const { pixels } = await task.readSplit('test');
    expect(pixels[0]).toBe(pixels[1]);
    await task.close();
  });
});

const imageRecipe: Omit<ImageTaskRecipe, 'splits'> = {
  manifest: {
    name: 'animals',
    title: 'Animals',
    description: '',
    metric: 'accuracy',
    classes: ['cat', 'dog'],
    licence: 'CC0-1.0',
    source: 'made here',
  },
  duplicates: 'REFUSE',
  size: { resize: undefined, filter: 'bicubic', crop: undefined },
  channels: 3,
};

describe('a folder of images', () => {
  it('is a task: classes by folder, in one order everywhere, links not followed', async () => {
    const root = join(folder, 'animals');
    const source = await openParquet(join(golden, 'images.parquet'));
    for await (const { row, values } of source.rows(['image'])) {
      const name = row % 2 === 0 ? 'dog' : 'cat';
      await mkdir(join(root, name), { recursive: true });
      await writeFile(join(root, name, `${row}.png`), (values['image'] as { bytes: Uint8Array }).bytes);
    }
    await source.close();
    await symlink(join(root, 'cat', '1.png'), join(root, 'dog', 'link.png'));
    await writeFile(join(root, 'dog', 'notes.txt'), 'no image');
    expect(
      (await listImageFolder(root)).map(({ path, className }) => [path.slice(root.length + 1), className]),
    ).toEqual([
      ['cat/1.png', 'cat'],
      ['cat/3.png', 'cat'],
      ['dog/2.png', 'dog'],
      ['dog/4.png', 'dog'],
    ]);
    const path = join(folder, 'folder-task');
    await importImageTask(path, {
      ...imageRecipe,
      manifest: { ...imageRecipe.manifest, classes: [] },
      size: { resize: { kind: 'exact', height: 3, width: 4 }, filter: 'bicubic', crop: undefined },
      splits: {
        train: { kind: 'FILES', files: { kind: 'FOLDER', path: root } },
        validation: { kind: 'CARVED', from: 'train', examples: 1 },
        test: { kind: 'CARVED', from: 'train', examples: 1, seed: 3 },
      },
    });
    const task = await openTask(path);
    expect(task.manifest.classes).toEqual(['cat', 'dog']);
    expect([task.height, task.width, task.channels]).toEqual([3, 4, 3]);
    await task.close();
    await expect(listImageFolder(join(root, 'dog'))).rejects.toMatchObject({ code: 'DATASET_UNREADABLE' });
  });
});

describe('a table of images', () => {
  const table: TableFiles = { format: 'PARQUET', paths: [join(golden, 'images.parquet')] };

  it('is a task with the classes that the file names', async () => {
    const path = join(folder, 'parquet-images');
    await importImageTask(path, {
      ...imageRecipe,
      manifest: { ...imageRecipe.manifest, classes: [] },
      splits: {
        train: { kind: 'FILES', files: { kind: 'TABLE', ...table } },
        validation: { kind: 'CARVED', from: 'train', examples: 1 },
        test: { kind: 'CARVED', from: 'train', examples: 1 },
      },
    });
    const task = await openTask(path);
    expect(task.manifest.classes).toEqual(['cat', 'dog']);
    const { pixels, labels } = await task.readSplit('test');
    // Image i is grey of level 50 i and has label i mod 2.
    expect(labels[0]).toBe((pixels[0]! / 50) % 2);
    await task.close();
  });

  it('is refused where a column holds no images', async () => {
    const read = importImageTask(join(folder, 'no-images'), {
      ...imageRecipe,
      imageColumn: 'label',
      splits: {
        train: { kind: 'NONE' },
        validation: { kind: 'FILES', files: { kind: 'TABLE', ...table } },
        test: { kind: 'FILES', files: { kind: 'TABLE', ...table } },
      },
    });
    await expect(read).rejects.toThrow(/row 1: label is 0, expected an image/);
  });
});

const textRecipe: TextTaskRecipe = {
  manifest: {
    name: 'cola-like',
    title: 'Like CoLA',
    description: '',
    metric: 'matthews',
    answer: 'CLASS',
    classes: [],
    prompts: [{ name: 'natural', input: '{sentence}', labelWords: ['unacceptable', 'acceptable'] }],
    licence: 'CC0-1.0',
    source: 'made here',
  },
  columns: { sentence: 'sentence' },
  answerColumn: 'label',
  splits: {
    train: { kind: 'FILES', files: { format: 'PARQUET', paths: [join(golden, 'sentences.parquet')] } },
    validation: { kind: 'CARVED', from: 'train', examples: 500, seed: 1 },
    test: { kind: 'CARVED', from: 'train', examples: 1000, seed: 1 },
  },
  duplicates: 'REFUSE',
};

describe('a text task of tables', () => {
  it('is the same each time, and its splits are as large as declared', async () => {
    const path = join(folder, 'cola');
    const onProgress = vi.fn<(rows: number) => void>();
    const first = await importTextTask(path, textRecipe, { onProgress });
    expect(await importTextTask(`${path}-2`, textRecipe)).toEqual(first);
    expect(onProgress.mock.lastCall).toEqual([5000]);
    const task = await openTextTask(path);
    expect(task.counts).toEqual({ train: 3500, validation: 500, test: 1000 });
    expect(task.manifest.classes).toEqual(['unacceptable', 'acceptable']);
    const { texts, answer } = await task.readSplit('test');
    texts.get('sentence')!.forEach((sentence, i) => {
      const index = Number(sentence.split(' ')[1]);
      expect(answer).toHaveProperty(['labels', String(i)], ((index * 7) % 3) % 2);
    });
    await task.close();
  });

  it('takes numbers from texts, and classes by name or number', async () => {
    const csv = await write('s,score\na,0.5\nb,3.8\nc,5\n');
    const files = (path: string) => ({ kind: 'FILES', files: { format: 'CSV', paths: [path] } }) as const;
    const path = join(folder, 'numbers');
    await importTextTask(path, {
      ...textRecipe,
      manifest: { ...textRecipe.manifest, answer: 'NUMBER', metric: 'spearman', prompts: [] },
      columns: { sentence: 's' },
      answerColumn: 'score',
      splits: { train: { kind: 'NONE' }, validation: files(csv), test: files(await write('s,score\nd,1\n')) },
    });
    const task = await openTextTask(path);
    const { answer } = await task.readSplit('validation');
    expect(answer).toEqual({ form: 'NUMBER', numbers: Float32Array.of(0.5, 3.8, 5) });
    await task.close();
  });

  it.each([
    ['{"sentence":"a","label":-1}', /row 1: label is -1, expected one of 2 classes/],
    ['{"sentence":"a","label":"good"}', /label is "good"/],
    ['{"sentence":"a","label":2}', /label is 2/],
    ['{"sentence":["a"],"label":1}', /sentence is a list of 1, expected a text/],
    ['{"sentence":null,"label":1}', /sentence is empty/],
  ])('is refused for %s', async (line, message) => {
    const path = await write(line);
    const source = { kind: 'FILES', files: { format: 'JSONL', paths: [path] } } as const;
    const read = importTextTask(join(folder, 'refused'), {
      ...textRecipe,
      manifest: { ...textRecipe.manifest, classes: ['unacceptable', 'acceptable'] },
      splits: { train: source, validation: source, test: source },
    });
    await expect(read).rejects.toThrow(message);
  });

  it('is refused where two files share examples, unless copies are to be dropped', async () => {
    const rows = (texts: readonly string[]) =>
      texts.map((sentence) => JSON.stringify({ sentence, label: 1 })).join('\n');
    const source = async (texts: readonly string[]) =>
      ({ kind: 'FILES', files: { format: 'JSONL', paths: [await write(rows(texts))] } }) as const;
    const recipe: TextTaskRecipe = {
      ...textRecipe,
      manifest: { ...textRecipe.manifest, classes: ['unacceptable', 'acceptable'] },
      splits: {
        train: await source(['a', 'b', 'b', 'c']),
        validation: await source(['c', 'd']),
        test: await source(['a', 'e']),
      },
    };
    const path = join(folder, 'copies');
    await expect(importTextTask(path, recipe)).rejects.toMatchObject({ code: 'TASK_SPLITS_OVERLAP' });
    expect(await importTextTask(path, { ...recipe, duplicates: 'DROP' })).toMatchObject({ dropped: 2 });
    const task = await openTextTask(path);
    expect(task.counts).toEqual({ train: 2, validation: 2, test: 2 });
    await task.close();
  });
});

describe('carving', () => {
  const files = { kind: 'FILES', files: null } as const;

  it('takes all copies of an example or none', () => {
    const hashes = { train: Array.from({ length: 60 }, (_, i) => `h${i % 20}`), test: ['t'] };
    const validation = { kind: 'CARVED', from: 'train', examples: 15 } as const;
    const { positions } = resolveSplits({ train: files, validation, test: files }, hashes, 'REFUSE');
    const taken = new Set(Array.from(positions.validation.at, (i) => hashes.train[i]));
    expect(taken.size * 3).toBe(positions.validation.at.length);
    for (const i of positions.train.at) expect(taken).not.toContain(hashes.train[i]);
    expect(positions.train.at.length + positions.validation.at.length).toBe(60);
  });

  it.each([
    [{ train: files, validation: { kind: 'NONE' }, test: files }, /only train/],
    [
      { train: { kind: 'NONE' }, validation: { kind: 'CARVED', from: 'train', examples: 1 }, test: files },
      /not read from/,
    ],
    [{ train: files, validation: { kind: 'CARVED', from: 'train', examples: 2 }, test: files }, /which has 2/],
    [{ train: files, validation: { kind: 'CARVED', from: 'validation', examples: 2 }, test: files }, /not read from/],
  ] as const)('is refused where it cannot be: %#', (sources, message) => {
    expect(() => resolveSplits(sources, { train: ['a', 'b'], test: ['c'] }, 'REFUSE')).toThrow(message);
  });
});

it('the copies of a file are one task', async () => {
  const copy = join(folder, 'copy.parquet');
  await copyFile(join(golden, 'sentences.parquet'), copy);
  const original = await importTextTask(join(folder, 'original'), textRecipe);
  const train = { kind: 'FILES', files: { format: 'PARQUET', paths: [copy] } } as const;
  expect(
    await importTextTask(join(folder, 'copied'), { ...textRecipe, splits: { ...textRecipe.splits, train } }),
  ).toEqual(original);
});
