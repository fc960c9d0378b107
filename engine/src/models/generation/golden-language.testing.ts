import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviation, goldenFolder, readAll, readGoldenCase, type GoldenCase } from '../golden.testing.js';
import { openModel, type Model, type TokenBatch } from '../index.js';

export { deviation };

export const CAUSAL_CASES = [
  'gpt2',
  'gpt2-f16',
  'gpt2-variant',
  'llama',
  'llama-bf16',
  'llama-sharded',
  'llama-rope-linear',
  'llama-rope-llama3',
  'llama-rope-yarn',
  'llama-rope-yarn-deepseek',
  'mistral',
  'qwen2',
] as const;
export const T5_CASES = ['t5-flan', 't5-tied', 't5-silu'] as const;

export interface LanguageGolden extends GoldenCase {
  readonly name: string;
  readonly model: Model;
  readonly text: TokenBatch & { readonly mask: Uint8Array };
  readonly decoder: TokenBatch | undefined;
  /** `[batch][new tokens]`, as transformers' greedy search gave them, without prompt and start token; after the end token come pad tokens. */
  readonly generated: readonly (readonly number[])[];
  readonly maxNewTokens: number;
}

/** One of engine/golden/models: inputs, outputs of transformers 5.18.0 and their tolerance; case.json says how they were made. */
export async function readLanguageGolden(name: string): Promise<LanguageGolden> {
  const folder = join(goldenFolder, 'models', name);
  const golden = await readGoldenCase(`models/${name}`);
  const { parameters } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as {
    readonly parameters: { readonly generate: { readonly maxNewTokens: number } };
  };
  const inputs = await readAll(join(folder, 'inputs.safetensors'));
  const rows = golden.expected.get('generated_ids')!;
  const { maxNewTokens } = parameters.generate;
  const width = rows.length / 2;
  const generated = [0, 1].map((row) => [...rows.subarray((row + 1) * width - maxNewTokens, (row + 1) * width)]);
  const decoder = inputs.get('decoder_input_ids');
  return {
    ...golden,
    name,
    model: await openModel(folder),
    text: batchOf(inputs.get('input_ids')!, inputs.get('attention_mask')),
    decoder: decoder && batchOf(decoder),
    generated,
    maxNewTokens,
  };
}

function batchOf(ids: Float32Array, mask?: Float32Array): TokenBatch & { readonly mask: Uint8Array } {
  const seen = mask === undefined ? new Uint8Array(ids.length).fill(1) : Uint8Array.from(mask);
  return { batch: 2, tokens: ids.length / 2, ids: Int32Array.from(ids), mask: seen };
}

/** The texts of a batch without their padding. */
export const textsOf = ({ batch, tokens, ids, mask }: LanguageGolden['text']): readonly (readonly number[])[] =>
  Array.from({ length: batch }, (_, row) =>
    [...ids.subarray(row * tokens, (row + 1) * tokens)].filter((_, at) => mask[row * tokens + at] === 1),
  );
