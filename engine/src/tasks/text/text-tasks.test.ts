import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measure } from '../../metrics/index.js';
import { viewBytes, writeSafetensors, type TensorToWrite } from '../../tensors/index.js';
import { SPLITS, type Split } from '../task.js';
import { checkTextsDisjoint } from './check-texts-disjoint.js';
import { GLUE_TASKS } from './glue-prompts.js';
import { textLimits } from './limits.js';
import { openTextTask, readTaskKind } from './open-text-task.js';
import { findPrompt, presentExamples, readGenerated } from './present-examples.js';
import { parsePrompt } from './prompt.js';
import { readClass, readNumber } from './read-answer.js';
import { formatTextManifest, parseTextManifest } from './text-manifest.js';
import type { TextAnswer, TextExamples, TextTaskManifest } from './text-task.js';
import { writeTextTask } from './write-text-task.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-texts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const manifest: TextTaskManifest = {
  version: 1,
  kind: 'TEXT_TASK',
  name: 'pairs',
  title: 'Pairs',
  description: 'Whether two sentences say the same.',
  metric: 'accuracy',
  answer: 'CLASS',
  fields: ['sentence1', 'sentence2'],
  classes: ['different', 'same'],
  prompts: [{ name: 'natural', input: 'Same? {sentence1} / {sentence2} {{ok}}', labelWords: ['no', 'yes'] }],
  licence: 'CC0-1.0',
  source: 'made here',
};

const examples = (split: string, count: number, answer?: TextAnswer): TextExamples => ({
  count,
  texts: new Map([
    ['sentence1', Array.from({ length: count }, (_, i) => `${split} ${i} é 🙂`)],
    ['sentence2', Array.from({ length: count }, (_, i) => (i % 3 === 0 ? '' : `other ${i}`))],
  ]),
  answer: answer ?? { form: 'CLASS', labels: Int32Array.from({ length: count }, (_, i) => i % 2) },
});
const splits = (): Record<Split, TextExamples> => ({
  train: examples('train', 7),
  validation: examples('validation', 4),
  test: examples('test', 5),
});

describe('a text task', () => {
  const forms: readonly [string, Partial<TextTaskManifest>, (count: number) => TextAnswer][] = [
    ['classes', {}, (count) => ({ form: 'CLASS', labels: Int32Array.from({ length: count }, (_, i) => i % 2) })],
    [
      'numbers',
      {
        answer: 'NUMBER',
        metric: 'spearman',
        classes: [],
        prompts: [{ name: 'n', input: '{sentence1}', labelWords: [], decimals: 2 }],
      },
      (count) => ({ form: 'NUMBER', numbers: Float32Array.from({ length: count }, (_, i) => i / 3) }),
    ],
    [
      'texts',
      { answer: 'TEXT', metric: 'exact_match', classes: [], prompts: [] },
      (count) => ({ form: 'TEXT', texts: Array.from({ length: count }, (_, i) => `answer ${i}`) }),
    ],
  ];
  it.each(forms)('with %s comes back as it was written, in the same bytes each time', async (name, changes, answer) => {
    const told = { ...manifest, ...changes };
    const made = {
      train: examples('train', 7, answer(7)),
      validation: examples('validation', 4, answer(4)),
      test: examples('test', 5, answer(5)),
    };
    const path = join(folder, name);
    const written = await writeTextTask(path, told, made);
    expect(await writeTextTask(`${path}-again`, told, made)).toEqual(written);
    const task = await openTextTask(path);
    expect({ digest: task.digest, byteLength: task.byteLength }).toEqual(written);
    expect(task.manifest).toEqual(told);
    expect(task.counts).toEqual({ train: 7, validation: 4, test: 5 });
    for (const split of SPLITS) expect(await task.readSplit(split)).toEqual(made[split]);
    await expect(checkTextsDisjoint(task)).resolves.toBeUndefined();
    await expect(readTaskKind(path)).resolves.toBe('TEXT');
    await task.close();
  });

  it('may have no training examples', async () => {
    const path = join(folder, 'no-train');
    await writeTextTask(path, manifest, { ...splits(), train: examples('train', 0) });
    const task = await openTextTask(path);
    expect(await task.readSplit('train')).toEqual(examples('train', 0));
    await task.close();
  });

  it('is not written when an example is in two splits, whatever its answer, spacing and composition', async () => {
    const leaking = splits();
    const texts = new Map([...leaking.test.texts].map(([field, values]) => [field, [...values]]));
    texts.get('sentence1')![3] = '  validation\t2 e\u0301  🙂 ';
    texts.get('sentence2')![3] = 'other 2';
    await expect(
      writeTextTask(join(folder, 'leak'), manifest, { ...leaking, test: { ...leaking.test, texts } }),
    ).rejects.toMatchObject({
      code: 'TASK_SPLITS_OVERLAP',
      details: { first: 'validation', firstPosition: 2, second: 'test', secondPosition: 3, count: 1 },
    });
  });

  const wrong: readonly [string, string, (made: TextExamples) => TextExamples][] = [
    [
      'a label that names no class',
      'TASK_LABEL_OUT_OF_RANGE',
      (made) => ({ ...made, answer: { form: 'CLASS', labels: new Int32Array(4).fill(2) } }),
    ],
    [
      'half a surrogate pair',
      'TASK_SPLIT_INVALID',
      (made) => ({ ...made, texts: new Map([...made.texts, ['sentence2', ['a', 'b', '\ud800', 'd']]]) }),
    ],
    [
      'a field that is missing',
      'TASK_SPLIT_INVALID',
      (made) => ({ ...made, texts: new Map([...made.texts].slice(0, 1)) }),
    ],
    [
      'too few texts',
      'TASK_SPLIT_INVALID',
      (made) => ({ ...made, texts: new Map([...made.texts, ['sentence2', ['a']]]) }),
    ],
    [
      'answers of another form',
      'TASK_SPLIT_INVALID',
      (made) => ({ ...made, answer: { form: 'NUMBER', numbers: new Float32Array(4) } }),
    ],
    ['no example at all', 'TASK_SPLIT_INVALID', () => examples('validation', 0)],
    [
      'a text that is too long',
      'TASK_SPLIT_INVALID',
      (made) => ({
        ...made,
        texts: new Map([...made.texts, ['sentence2', ['a', 'b', 'c', 'x'.repeat(textLimits.textBytes + 1)]]]),
      }),
    ],
  ];
  it.each(wrong)('is not written with %s', async (_, code, change) => {
    const made = splits();
    await expect(
      writeTextTask(join(folder, 'wrong'), manifest, { ...made, validation: change(made.validation) }),
    ).rejects.toMatchObject({ code });
  });

  it.each([
    ['ends that fall', { ends: Int32Array.of(3, 2), bytes: 5 }],
    ['ends beyond the bytes', { ends: Int32Array.of(3, 6), bytes: 5 }],
    ['bytes after the last end', { ends: Int32Array.of(3, 4), bytes: 5 }],
    ['bytes that are no UTF-8', { ends: Int32Array.of(3, 5), bytes: 5, fill: 0xff }],
  ])(
    'is refused on reading with %s',
    async (name, { ends, bytes, fill = 65 }: { ends: Int32Array; bytes: number; fill?: number }) => {
      const told = { ...manifest, fields: ['sentence1'], prompts: [] };
      const tensors: TensorToWrite[] = SPLITS.flatMap((split) => [
        {
          name: `${split}.texts.sentence1.bytes`,
          dtype: 'U8' as const,
          shape: [bytes],
          read: () => new Uint8Array(bytes).fill(fill),
        },
        { name: `${split}.texts.sentence1.ends`, dtype: 'I32' as const, shape: [2], read: () => viewBytes(ends) },
        { name: `${split}.labels`, dtype: 'I32' as const, shape: [2], read: () => viewBytes(Int32Array.of(0, 1)) },
      ]);
      const path = join(folder, `bad-${name.replaceAll(' ', '-')}`);
      await writeSafetensors(path, { metadata: { crucible: formatTextManifest(path, told) }, tensors });
      const task = await openTextTask(path);
      await expect(task.readSplit('test')).rejects.toMatchObject({ code: 'TASK_SPLIT_INVALID' });
      await task.close();
    },
  );
});

describe('the manifest of a text task', () => {
  const rejected: readonly [string, Partial<TextTaskManifest>, RegExp][] = [
    ['a metric that its answers do not allow', { metric: 'pearson' }, /pearson reads numbers/],
    [
      'a prompt of an unknown field',
      { prompts: [{ name: 'p', input: '{sentence3}', labelWords: ['a', 'b'] }] },
      /no field "sentence3"/,
    ],
    ['a word too few', { prompts: [{ name: 'p', input: '', labelWords: ['a'] }] }, /1 label words/],
    ['two equal words', { prompts: [{ name: 'p', input: '', labelWords: ['a', ' a'] }] }, /no two may be equal/],
    ['an open brace', { prompts: [{ name: 'p', input: 'x {', labelWords: ['a', 'b'] }] }, /not closed/],
    ['two prompts of one name', { prompts: [manifest.prompts[0]!, manifest.prompts[0]!] }, /two prompts/],
    [
      'decimals of a class',
      { prompts: [{ name: 'p', input: '', labelWords: ['a', 'b'], decimals: 1 }] },
      /only numbers/,
    ],
    ['two fields of one name', { fields: ['a', 'a'] }, /two fields/],
    ['a field that is no name', { fields: ['a.b'] }, /no name of a field/],
    ['one class', { classes: ['a'] }, /1 classes/],
    ['too many fields', { fields: Array.from({ length: textLimits.fields + 1 }, (_, i) => `f${i}`) }, /at most/],
  ];
  it.each(rejected)('is refused with %s', (_, changes, message) => {
    expect(() => formatTextManifest('file', { ...manifest, ...changes })).toThrow(message);
  });

  it('is refused with a field that nobody knows', () => {
    const text = formatTextManifest('file', manifest).replace('{', '{"author":"x",');
    expect(() => parseTextManifest('file', text)).toThrow(/unknown field "author"/);
  });
});

describe('a prompt', () => {
  it('puts the texts where it names them, once, whatever they hold', () => {
    const one: TextExamples = {
      count: 1,
      texts: new Map([
        ['sentence1', ['{sentence2}']],
        ['sentence2', ['$& }']],
      ]),
      answer: { form: 'CLASS', labels: Int32Array.of(1) },
    };
    const shown = presentExamples(one, findPrompt(manifest));
    expect(shown).toMatchObject({
      inputs: ['Same? {sentence2} / $& } {ok}'],
      targets: ['yes'],
      choices: ['no', 'yes'],
    });
    expect(() => findPrompt(manifest, 'terse')).toThrow(expect.objectContaining({ code: 'TASK_PROMPT_UNKNOWN' }));
  });

  it('reads what was generated back, and calls wrong what names no class', () => {
    const { test } = splits();
    const answers = readGenerated(['no', ' yes\n', 'Yes', 'maybe', 'no'], test, manifest.prompts[0]!);
    expect(measure('accuracy', answers)).toMatchObject({ value: 3 / 5 });
    expect(readClass(manifest.prompts[0]!, 'yes and no')).toBe(-1);
    expect([' 3.8 ', '-1', '.5', '4.', '1e2', '3,8', '', '5 stars', 'Infinity'].map(readNumber)).toEqual([
      3.8,
      -1,
      0.5,
      4,
      100,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });
});

describe('GLUE', () => {
  it.each(Object.entries(GLUE_TASKS))('%s asks tersely and naturally, with a word per class', (name, task) => {
    const told = { ...manifest, ...task, name, title: name };
    expect(() => formatTextManifest(name, told)).not.toThrow();
    expect(task.prompts.map((prompt) => prompt.name)).toEqual(['natural', 'terse']);
    const invalid = (rule: string) => new Error(rule);
    for (const { input } of task.prompts) {
      const named = parsePrompt(input, invalid).flatMap((part) => ('field' in part ? [part.field] : []));
      expect(named.toSorted()).toEqual(task.fields.toSorted());
    }
  });
});
