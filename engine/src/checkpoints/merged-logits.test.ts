import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPeftDelta } from '../adapters/import/open-peft-delta.js';
import { openSafetensors, openTensorFolder } from '../tensors/index.js';
import { deltasOfPeft } from './deltas-of-peft.js';
import { llamaLogits, type LlamaShape } from './llama-forward.testing.js';
import { openCheckpoint } from './open-checkpoint.js';
import { writeMergedModel } from './write-merged-model.js';

const golden = fileURLToPath(new URL('../../golden/peft/', import.meta.url));
const base = join(golden, '_base/llama');
const config = JSON.parse(readFileSync(join(base, 'config.json'), 'utf8')) as Record<string, number>;
const SHAPE: LlamaShape = {
  layers: config['num_hidden_layers']!,
  hidden: config['hidden_size']!,
  heads: config['num_attention_heads']!,
  keyValueHeads: config['num_key_value_heads']!,
  epsilon: config['rms_norm_eps']!,
  theta: 10_000,
};
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'crucible-logits-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Greatest distance between the logits of a folder, by our own forward pass, and those that PEFT gave with the adapter active. */
async function distance(folder: string, expectedCase: string): Promise<number> {
  const inputs = await openSafetensors(join(golden, '_inputs/input_ids.safetensors'));
  const { shape } = inputs.info('llama');
  const ids = new BigInt64Array((await inputs.read('llama')).buffer);
  const expected = await openSafetensors(join(golden, expectedCase, 'expected.safetensors'));
  const logits = await expected.readFloat32('logits');
  const weights = await openTensorFolder(folder);
  const [batch, length] = shape as readonly [number, number];
  let worst = 0;
  for (let b = 0; b < batch; b += 1) {
    const tokens = [...ids.subarray(b * length, (b + 1) * length)].map(Number);
    const rows = await llamaLogits(weights, SHAPE, tokens);
    rows.forEach((row, t) => {
      row.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - logits[(b * length + t) * row.length + i]!));
      });
    });
  }
  await Promise.all([inputs.close(), expected.close(), weights.close()]);
  return worst;
}

describe('a merged model speaks as PEFT does with the adapter active (golden/peft, PEFT 0.21.0; float64 forward pass of our own)', () => {
  it('the base alone: the forward pass is right', async () => {
    expect(await distance(base, 'base-llama')).toBeLessThan(2e-5);
  });

  it.each(['eq-a', 'rs-a', 'pat-a', 'mix-b', 'layer-a', 'regex-a', 'embed-a', 'saved-a', 'dora-a', 'dora-b'])(
    '%s',
    async (name) => {
      const delta = await openPeftDelta(join(golden, '_adapters/llama', name), base);
      const checkpoint = await openCheckpoint(base);
      const written = await writeMergedModel({
        base: checkpoint,
        deltas: deltasOfPeft(delta),
        outputFolder: join(scratch, name),
        maxShardBytes: 4096,
      });
      expect(await distance(written.folder, `adapter-${name}`)).toBeLessThan(2e-5);
      expect(await distance(base, `adapter-${name}`)).toBeGreaterThan(1e-2);
      await Promise.all([delta.close(), checkpoint.close()]);
    },
  );
});
