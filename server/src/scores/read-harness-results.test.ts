import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wilsonInterval } from '@crucible/engine/evaluation';
import { readHarnessResults } from './read-harness-results.js';

// Written by lm-evaluation-harness 0.4.13 (its model `dummy`, two tasks of 20 examples); paths were taken out.
const golden = fileURLToPath(new URL('../../src/scores/golden/results.json', import.meta.url));

interface Written {
  readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

describe('results of lm-evaluation-harness', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crucible-harness-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const write = async (json: unknown): Promise<string> => {
    const path = join(folder, 'results.json');
    await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
    return path;
  };

  it('are read as it wrote them: figures, numbers of examples, the model', async () => {
    const { results } = JSON.parse(await readFile(golden, 'utf8')) as Written;
    const read = await readHarnessResults(golden, 'results.json');
    expect(read.source).toBe('lm-evaluation-harness 0.4.13: dummy');
    const accuracy = results['pairs']!['acc,none']!;
    expect(read.measurement('pairs', 'accuracy')).toEqual({
      metric: 'accuracy',
      value: accuracy,
      n: 20,
      interval: wilsonInterval(Math.round(accuracy * 20), 20),
    });
    const matthews = read.measurement('pairs', 'matthews');
    expect(matthews.value).toBe(results['pairs']!['mcc,none']);
    expect(matthews.interval.high - matthews.interval.low).toBeCloseTo(
      2 * 1.959964 * results['pairs']!['mcc_stderr,none']!,
      5,
    );
    expect(read.measurement('answers', 'exact_match')).toMatchObject({ value: 0, n: 20, interval: { low: 0 } });
  });

  const task = (figures: object) => ({
    results: { x: figures },
    'n-samples': { x: { original: 10, effective: 10 } },
    config: { model: 'vllm', model_args: 'pretrained=meta/llama-70b,token=secret,peft=me/mrpc' },
  });

  it('name their model, and no secret', async () => {
    const read = await readHarnessResults(await write(task({ 'acc,none': 0.5 })), 'f');
    expect(read.source).toBe('lm-evaluation-harness: vllm meta/llama-70b me/mrpc');
    const other = { ...task({}), config: { model: 'hf', model_args: { pretrained: 'a/b', token: 'secret' } } };
    expect((await readHarnessResults(await write(other), 'f')).source).toBe('lm-evaluation-harness: hf a/b');
  });

  it('are taken from the filter `none`, else from the first', async () => {
    const read = await readHarnessResults(
      await write(task({ 'exact_match,strict': 0.2, 'exact_match,flexible': 0.4 })),
      'f',
    );
    expect(read.measurement('x', 'exact_match').value).toBe(0.2);
    const none = await readHarnessResults(await write(task({ 'acc,strict': 0.2, 'acc,none': 0.4 })), 'f');
    expect(none.measurement('x', 'accuracy').value).toBe(0.4);
  });

  it('of a share that no number of examples gives have the interval of their standard error', async () => {
    const read = await readHarnessResults(await write(task({ 'acc,none': 0.123, 'acc_stderr,none': 0.1 })), 'f');
    const { low, high } = read.measurement('x', 'accuracy').interval;
    expect([low, high]).toEqual([0, expect.closeTo(0.123 + 0.1959964, 6)]);
  });

  it.each([
    ['no JSON', 'text', 'IMPORT_HARNESS_INVALID'],
    ['no results', { results: [] }, 'IMPORT_HARNESS_INVALID'],
    ['no numbers of examples', { results: {} }, 'IMPORT_HARNESS_INVALID'],
    ['another task', task({}), 'IMPORT_HARNESS_TASK_MISSING', 'y'],
    ['another metric', task({ 'acc_norm,none': 0.5 }), 'IMPORT_HARNESS_METRIC_MISSING'],
    ['a figure that was not reckoned', task({ 'acc,none': 'N/A' }), 'IMPORT_HARNESS_METRIC_MISSING'],
    ['a share above 1', task({ 'acc,none': 52 }), 'IMPORT_HARNESS_FIGURE_INVALID'],
    [
      'no standard error where one is needed',
      task({ 'acc,none': 0.123, 'acc_stderr,none': 'N/A' }),
      'IMPORT_HARNESS_FIGURE_INVALID',
    ],
  ])('are refused with %s', async (_, json, code, name = 'x') => {
    const read = async () => (await readHarnessResults(await write(json), 'f')).measurement(name, 'accuracy');
    await expect(read()).rejects.toMatchObject({ code });
  });
});
