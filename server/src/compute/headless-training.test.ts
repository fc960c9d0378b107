import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestModel, openAdapter } from '@crucible/engine/adapters';
import { selectBackend, type SelectedBackend } from '@crucible/engine/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, makeImageTask, makeModelFolder, makeTextTask, NAMES } from '../testing/made-tasks.js';
import { runEvaluationWork } from './run-evaluation-work.js';
import { runTrainingWork } from './run-training-work.js';

describe('training on a task for which the base has no head', () => {
  let backend: SelectedBackend;
  let folder: string;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    folder = await mkdtemp(join(tmpdir(), 'crucible-headless-training-'));
  });
  afterAll(async () => {
    backend.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const context = () => ({
    backend,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: () => undefined,
  });
  const labels = Int32Array.of(0, 1, 2);
  const classes = NAMES.slice(0, 3);
  const texts = () =>
    makeTextTask(
      folder,
      'pairs',
      { form: 'CLASS', labels },
      {
        metric: 'accuracy',
        answer: 'CLASS',
        classes,
        prompts: [{ name: 'plain', input: '{first} {second} :', labelWords: classes }],
      },
    );

  it.each<[string, () => Promise<readonly [base: string, task: string]>, string, string[]]>([
    [
      'a ViT by its own classifier',
      async () => [join(golden, 'families/vit/model'), (await makeImageTask(folder, 32, 5)).path],
      'LORA',
      ['query', 'value'],
    ],
    [
      'the vision tower of a CLIP, which is told the classes in words',
      async () => [
        await makeModelFolder(folder, 'families/clip-eos/model', [2, 33]),
        (await makeImageTask(folder, 28, 3)).path,
      ],
      'L_LORA',
      ['q_proj', 'v_proj'],
    ],
    [
      'a BERT by its own classifier',
      async () => [await makeModelFolder(folder, 'families/bert-classifier/model', [2, 3]), await texts()],
      'LORA',
      ['query', 'value'],
    ],
    [
      'a Llama by its words',
      async () => [await makeModelFolder(folder, 'base/llama', [2, 3]), await texts()],
      'L_LORA',
      ['q_proj', 'v_proj'],
    ],
  ])('of %s lowers the loss, and its adapter is scored', async (_, made, method, targetModules) => {
    const [base, task] = await made();
    const outputPath = join(folder, 'adapter.safetensors');
    const work = {
      base: { folder: base },
      task: { name: 'made', task, head: null, headPath: join(folder, 'head.safetensors') },
    };
    const options = {
      rank: 2,
      alpha: 4,
      targetModules,
      learningRate: 0.02,
      weightDecay: 0,
      batchSize: 3,
      epochs: 12,
      warmup: 0,
      patience: 12,
    };
    const result = await runTrainingWork(
      {
        kind: 'TRAINING',
        name: 'made',
        ...work,
        method,
        frame: null,
        options: options as never,
        orthogonalTo: [],
        seed: 1,
        checkpointFolder: join(folder, 'checkpoints'),
        outputPath,
      },
      context(),
    );
    expect(result.history.at(-1)!.loss).toBeLessThan(result.history[0]!.loss);
    const adapter = await openAdapter(outputPath);
    expect(adapter.manifest.baseDigest).toBe(await digestModel(base));
    expect([...adapter.modules.keys()].some((name) => name.startsWith('text_model'))).toBe(false);
    await adapter.close();
    const scored = await runEvaluationWork(
      { kind: 'EVALUATION', ...work, adapter: outputPath, split: 'test' },
      context(),
    );
    expect(scored.measurements[0]!.metric).toBe('accuracy');
  });
});
