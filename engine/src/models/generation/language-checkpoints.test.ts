import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportPeftFolder, openAdapter, readPeftFolder, writeAdapter } from '../../adapters/index.js';
import { selectBackend, type SelectedBackend } from '../../backend/index.js';
import { openCheckpoint, writeMergedModel } from '../../checkpoints/index.js';
import { randomUpdates } from '../float64-tower.testing.js';
import { deviation, goldenFolder } from '../golden.testing.js';
import {
  createEvaluator,
  foldUpdates,
  ForwardWeights,
  matchTargets,
  ModelWeights,
  openModel,
  padSequences,
  type Model,
  type WeightSource,
} from '../index.js';

const RANK = 2;

/** An adapter of all linear layers, in the file in which it would come out of a training. */
describe.each(['gpt2', 'gpt2-f16', 'llama-sharded', 'llama-bf16', 'qwen2', 't5-flan', 't5-tied'])(
  'an adapter of %s',
  (name) => {
    const base = join(goldenFolder, 'models', name);
    let scratch: string;
    let backend: SelectedBackend;
    let model: Model;
    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'crucible-language-'));
      backend = await selectBackend({ backend: 'wasm' });
      model = await openModel(base);
      const modules = [...updates()].map(([layer, { a, b, rank, scale }]) => ({
        info: {
          name: layer,
          rank,
          scale,
          inFeatures: a.length / rank,
          outFeatures: b.length / rank,
          ...(model.parameterSpecs.get(`${layer}.weight`)?.transposed === true && { layout: 'TRANSPOSED' as const }),
        },
        factors: () => ({ a, b }),
      }));
      const { scale } = modules[0]!.info;
      const manifest = {
        version: 1,
        name: 'test',
        method: 'LORA',
        rank: RANK,
        alpha: scale * RANK,
        scale,
        targetModules: ['all-linear'],
        baseDigest: '0'.repeat(64),
      } as const;
      await writeAdapter(join(scratch, 'adapter.safetensors'), manifest, modules);
    });
    afterAll(async () => {
      backend.dispose();
      await rm(scratch, { recursive: true, force: true });
    });

    const updates = () =>
      randomUpdates(
        6,
        matchTargets(model.linearLayers.keys(), ['all-linear']).map((layer) => {
          const { outFeatures, inFeatures } = model.linearLayers.get(layer)!;
          return { name: layer, out: outFeatures, in: inFeatures };
        }),
        RANK,
      );
    const logits = (of: Model, weights: WeightSource): Float32Array => {
      const text = padSequences([[3, 9, 1, 22], [7]], 0);
      const decoder = padSequences(
        [
          [0, 5],
          [0, 2],
        ],
        0,
      );
      return backend.tf.tidy(() =>
        of.forward(createEvaluator(backend.tf, weights), { text, decoder }).dataSync<'float32'>(),
      );
    };

    it('goes to PEFT and comes back as it was', async () => {
      const adapter = await openAdapter(join(scratch, 'adapter.safetensors'));
      await exportPeftFolder(adapter, join(scratch, 'peft'));
      const config = JSON.parse(readFileSync(join(scratch, 'peft/adapter_config.json'), 'utf8')) as object;
      expect(config).toMatchObject({ fan_in_fan_out: model.family === 'gpt2' });
      const back = await readPeftFolder(join(scratch, 'peft'), { base });
      expect(back.modules).toEqual(adapter.modules);
      for (const [layer, { a, b }] of updates()) expect(await back.readFactors(layer)).toEqual({ a, b });
      await Promise.all([adapter.close(), back.close()]);
    });

    it('merged into the checkpoint gives a model that speaks as the base with the adapter folded in', async () => {
      const [checkpoint, adapter] = await Promise.all([
        openCheckpoint(base),
        openAdapter(join(scratch, 'adapter.safetensors')),
      ]);
      const { folder } = await writeMergedModel({
        base: checkpoint,
        adapter,
        outputFolder: join(scratch, 'merged'),
        dtype: 'F32',
      });
      await Promise.all([checkpoint.close(), adapter.close()]);
      const merged = await openModel(folder);
      const [whole, own] = [
        new ForwardWeights(backend.tf, merged.parameters),
        new ModelWeights(backend.tf, model.parameters),
      ];
      const folded = foldUpdates(backend.tf, own, updates());
      const [got, expected] = [logits(merged, whole), logits(model, folded)];
      expect(deviation(got, expected, { atol: 1e-4, rtol: 1e-4 })).toBeLessThanOrEqual(1);
      expect(deviation(got, logits(model, own), { atol: 1e-2, rtol: 1e-2 })).toBeGreaterThan(1);
      for (const held of [whole, folded, own]) held.dispose();
    });
  },
);
