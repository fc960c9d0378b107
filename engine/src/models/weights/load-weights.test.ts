import { appendFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import {
  encodeBF16,
  encodeF16,
  openTensorFolder,
  viewBytes,
  writeSafetensors,
  type TensorFolder,
} from '../../tensors/index.js';
import { goldenFolder } from '../golden.testing.js';
import { createEvaluator, ForwardWeights, ModelWeights, openModel, parseModelConfig } from '../index.js';
import { loadParameters } from '../load-parameters.js';
import { turnMatrix } from './turn-matrix.js';

const golden = (name: string): string => join(goldenFolder, 'models', name);

describe('the weights of a model', () => {
  let scratch: string;
  let backend: SelectedBackend;
  let count = 0;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'crucible-weights-'));
    backend = await selectBackend({ backend: 'cpu' });
  });
  afterAll(async () => {
    backend.dispose();
    await rm(scratch, { recursive: true, force: true });
  });

  async function copyOf(name: string): Promise<string> {
    const folder = join(scratch, String((count += 1)));
    await cp(golden(name), folder, { recursive: true });
    return folder;
  }

  it.each([
    ['gpt2-f16', 'F16', encodeF16],
    ['llama-bf16', 'BF16', encodeBF16],
  ] as const)('of %s stay in 16 bits, and decode exactly', async (name, dtype, encode) => {
    const model = await openModel(golden(name));
    const source = await openTensorFolder(golden(name));
    let held = 0;
    for (const [parameter, found] of model.parameters) {
      const spec = model.parameterSpecs.get(parameter)!;
      const stored = await source.readFloat32(parameter);
      const { values, shape } = found;
      expect(values).toEqual(spec.transposed === true ? turnMatrix(stored, shape[1]!, shape[0]!) : stored);
      expect(found).toMatchObject({ dtype, codes: encode(values) });
      held += (found as unknown as { readonly codes: Uint16Array }).codes.byteLength;
    }
    const inFile = [...source.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(held).toBe(inFile);
    await source.close();
  });

  it('take the room of their file, and while they are read one tensor more', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // What is collected is freed in the background: twice, with a pause.
    const room = async (): Promise<number> => {
      for (let round = 0; round < 2; round += 1) {
        collect();
        await setImmediate();
      }
      return process.memoryUsage().arrayBuffers;
    };
    const config = {
      model_type: 'gpt2',
      vocab_size: 4096,
      n_positions: 16,
      n_embd: 256,
      n_layer: 2,
      n_head: 4,
    };
    const folder = join(scratch, 'large');
    const architecture = parseModelConfig('large', config);
    const specs = [...architecture.parameterSpecs];
    const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
    await cp(golden('gpt2'), folder, { recursive: true });
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeSafetensors(join(folder, 'model.safetensors'), {
      tensors: specs.map(([name, { shape, transposed }]) => ({
        name,
        dtype: 'F16' as const,
        shape: transposed === true ? shape.toReversed() : [...shape],
        read: () => new Uint8Array(2 * sizeOf(shape)),
      })),
    });
    const inFile = specs.reduce((sum, [, { shape }]) => sum + 2 * sizeOf(shape), 0);
    const largest = Math.max(...specs.map(([, { shape }]) => 2 * sizeOf(shape)));
    const folderSource = await openTensorFolder(folder);
    const before = await room();
    let [peak, reads, open] = [0, 0, 0];
    const watched: TensorFolder = {
      ...folderSource,
      async read(name) {
        expect((open += 1)).toBe(1);
        const bytes = await folderSource.read(name);
        if (bytes.length > 1 << 16) peak = Math.max(peak, (await room()) - before);
        open -= 1;
        reads += 1;
        return bytes;
      },
    };
    const parameters = await loadParameters(folder, watched, architecture.parameterSpecs);
    const after = (await room()) - before;
    await folderSource.close();
    expect(parameters.size).toBe(reads);
    // The slack: buffers of Node itself.
    const slack = 256 * 1024;
    expect(after).toBeGreaterThan(inFile - slack);
    expect(after).toBeLessThan(inFile + slack);
    expect(peak).toBeLessThan(inFile + largest + slack);
  });

  it.each(['gpt2', 'llama-bf16', 't5-tied'])('for forward passes are on the backend once (%s)', async (name) => {
    const { tf } = backend;
    const model = await openModel(golden(name));
    const ids = Int32Array.of(3, 1, 4, 1, 5);
    const batch = { batch: 1, tokens: 5, ids };
    const run = (weights: ForwardWeights | ModelWeights) =>
      tf.tidy(() => model.forward(createEvaluator(tf, weights), { text: batch, decoder: batch }).dataSync());
    const before = tf.memory().numBytes;
    const whole = new ModelWeights(tf, model.parameters);
    const expected = run(whole);
    whole.dispose();
    expect(tf.memory().numBytes).toBe(before);
    const once = new ForwardWeights(tf, model.parameters);
    expect(run(once)).toEqual(expected);
    const embedding = [...model.parameters.values()][0]!.values.byteLength;
    const inFloat32 = [...model.parameters.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
    // An embedding that is the head too is held in both orders.
    expect(tf.memory().numBytes - before).toBe(inFloat32 + (name === 'llama-bf16' ? 0 : embedding));
    once.dispose();
    expect(tf.memory().numBytes).toBe(before);
  });

  it('of GPT-2 are turned: every linear layer is [out, in]', async () => {
    const model = await openModel(golden('gpt2'));
    for (const [name, { outFeatures, inFeatures }] of model.linearLayers) {
      expect(model.parameters.get(`${name}.weight`)!.shape).toEqual([outFeatures, inFeatures]);
    }
    expect(model.linearLayers.get('transformer.h.0.attn.c_attn')).toEqual({ outFeatures: 54, inFeatures: 18 });
    const source = await openTensorFolder(golden('gpt2'));
    const stored = await source.readFloat32('transformer.h.1.mlp.c_fc.weight');
    await source.close();
    const { values } = model.parameters.get('transformer.h.1.mlp.c_fc.weight')!;
    expect(values[5 * 18 + 7]).toBe(stored[7 * 72 + 5]);
  });

  it.each([
    ['gpt2', 'transformer.'],
    ['llama', 'model.'],
  ])('may lack the prefix of the wrapping model (%s)', async (name, prefix) => {
    const folder = await copyOf(name);
    const source = await openTensorFolder(golden(name));
    const tensors = await Promise.all(
      [...source.tensors.values()].map(async (info) => {
        const bytes = await source.read(info.name);
        const short = info.name.startsWith(prefix) ? info.name.slice(prefix.length) : info.name;
        return { name: short, dtype: info.dtype, shape: [...info.shape], read: () => bytes };
      }),
    );
    await source.close();
    await rm(join(folder, 'model.safetensors'));
    await writeSafetensors(join(folder, 'model.safetensors'), { tensors });
    const [got, expected] = await Promise.all([openModel(folder), openModel(golden(name))]);
    expect([...got.parameters]).toEqual([...expected.parameters]);
  });

  it('over shards are those of one file', async () => {
    const [sharded, one] = await Promise.all([openModel(golden('llama-sharded')), openModel(golden('llama'))]);
    expect([...sharded.parameters]).toEqual([...one.parameters]);
  });

  const shard = (index: number): string => `model-0000${index}-of-00003.safetensors`;
  it.each<[string, (folder: string) => Promise<void> | void, string]>([
    ['is missing', (folder) => rm(join(folder, shard(2))), 'TENSORS_SHARD_MISSING'],
    ['is cut off', (folder) => truncate(join(folder, shard(2)), 9000), 'TENSORS_'],
    ['is too long', (folder) => appendFileSync(join(folder, shard(2)), 'x'), 'TENSORS_'],
    ['is another one', (folder) => cp(join(folder, shard(1)), join(folder, shard(2))), 'TENSORS_SHARD_TENSOR_'],
    [
      'is of a wider model',
      async (folder) => {
        const source = await openTensorFolder(golden('llama-sharded'));
        const { tensors } = source.files.find(({ path }) => path.endsWith(shard(2)))!;
        await source.close();
        await rm(join(folder, shard(2)));
        await writeSafetensors(join(folder, shard(2)), {
          tensors: [...tensors.values()].map(({ name, shape }) => {
            const wide = shape.map((extent) => 2 * extent);
            const values = new Float32Array(wide.reduce((product, extent) => product * extent, 1));
            return { name, dtype: 'F32' as const, shape: wide, read: () => viewBytes(values) };
          }),
        });
      },
      'MODEL_TENSOR_MISSHAPEN',
    ],
  ])('whose shard %s name it', async (_, change, code) => {
    const folder = await copyOf('llama-sharded');
    await change(folder);
    await expect(openModel(folder)).rejects.toMatchObject({
      code: expect.stringContaining(code),
      message: expect.stringContaining(shard(2)),
    });
  });

  it.each<[string, string, Readonly<Record<string, unknown>>, string]>([
    ['gpt2', 'an untied head that is not stored', { tie_word_embeddings: false }, 'lm_head.weight'],
    ['llama', 'more layers than are stored', { num_hidden_layers: 3 }, 'model.layers.2.'],
    ['t5-tied', 'a gated MLP that is not stored', { feed_forward_proj: 'gated-gelu' }, 'wi_0'],
  ])('of %s: %s is named', async (name, _, change, tensor) => {
    const folder = await copyOf(name);
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), ...change }));
    await expect(openModel(folder)).rejects.toMatchObject({
      code: 'MODEL_TENSOR_MISSING',
      message: expect.stringContaining(tensor),
    });
  });
});
