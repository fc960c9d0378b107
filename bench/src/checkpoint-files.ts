import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpointWriter } from '@crucible/engine/checkpoints';
import { createKeyedRandom } from '@crucible/engine/random';
import { encodeBF16, viewBytes } from '@crucible/engine/tensors';

/** A decoder of Llama's shapes. */
export interface DecoderShape {
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly keyValue: number;
  readonly intermediate: number;
  readonly vocabulary: number;
}

export const LLAMA_1B: DecoderShape = {
  name: '1b',
  layers: 16,
  hidden: 2048,
  keyValue: 512,
  intermediate: 8192,
  vocabulary: 128_256,
};
export const LLAMA_7B: DecoderShape = {
  name: '7b',
  layers: 32,
  hidden: 4096,
  keyValue: 4096,
  intermediate: 11_008,
  vocabulary: 32_000,
};

export function decoderTensors(
  shape: DecoderShape,
): readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: 'BF16' }[] {
  const { layers, hidden, keyValue, intermediate, vocabulary } = shape;
  const matrices = {
    'self_attn.q_proj': [hidden, hidden],
    'self_attn.k_proj': [keyValue, hidden],
    'self_attn.v_proj': [keyValue, hidden],
    'self_attn.o_proj': [hidden, hidden],
    'mlp.gate_proj': [intermediate, hidden],
    'mlp.up_proj': [intermediate, hidden],
    'mlp.down_proj': [hidden, intermediate],
    input_layernorm: [hidden],
    post_attention_layernorm: [hidden],
  };
  const inLayers = Array.from({ length: layers }, (_, layer) =>
    Object.entries(matrices).map(([module, extents]) => ({
      name: `model.layers.${layer}.${module}.weight`,
      shape: extents,
      dtype: 'BF16' as const,
    })),
  ).flat();
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabulary, hidden], dtype: 'BF16' },
    ...inLayers,
    { name: 'model.norm.weight', shape: [hidden], dtype: 'BF16' },
  ];
}

/** Numbers that are drawn; longer tensors repeat them, shifted: what is measured does not depend on their values. */
const DRAWN = 1 << 20;

/** A sharded folder of such a model, made once: base (seed 0), or base + a tenth of noise. */
export async function decoderFolder(
  cache: string,
  shape: DecoderShape,
  seed: number,
  shardBytes: number,
): Promise<string> {
  const folder = join(cache, `decoder-${shape.name}-${shape.layers}-${seed}`);
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (exists) return folder;
  await mkdir(cache, { recursive: true });
  const noise = createKeyedRandom(0)
    .normal(['base'], DRAWN)
    .map((value) => 0.02 * value);
  const own = createKeyedRandom(seed).normal(['own'], DRAWN);
  const drawn = encodeBF16(seed === 0 ? noise : noise.map((value, i) => value + 0.002 * own[i]!));
  const writer = await openCheckpointWriter(folder, { tensors: decoderTensors(shape), maxShardBytes: shardBytes });
  for (const tensor of writer.order) {
    const size = tensor.shape.reduce((product, extent) => product * extent, 1);
    for (let begin = 0; begin < size; begin += DRAWN) {
      await writer.write(tensor.name, 2 * begin, viewBytes(drawn.subarray(0, Math.min(DRAWN, size - begin))));
    }
  }
  await writer.addFile(
    'config.json',
    '{"model_type": "llama", "tie_word_embeddings": true, "torch_dtype": "bfloat16"}',
  );
  await writer.finish();
  return folder;
}
