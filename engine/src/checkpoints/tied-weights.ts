import type { Checkpoint } from './open-checkpoint.js';

/** The input embedding and the output layer that may share its weights, by the names that transformers gives them. */
export interface TiedPair {
  readonly input: string;
  readonly output: string;
  /** How the pair is known: config.json says so and the output is not stored, or both are stored with the same bytes. */
  readonly by: 'NOT_STORED' | 'EQUAL_BYTES';
}

const INPUT = /(?:^|\.)(?:embed_tokens|wte|word_embeddings|embed_in|tok_embeddings|shared)\.weight$/;
const OUTPUT = /^(?:lm_head|embed_out|output|.*\.lm_head)\.weight$/;

/** Whether a tensor has one row per token. */
export const isVocabularyTensor = (name: string): boolean =>
  INPUT.test(name) || OUTPUT.test(name) || /(?:^|\.)(?:lm_head|embed_out|decoder)\.bias$/.test(name);

/** Bytes that are compared at a time. */
const CHUNK = 8 << 20;

/**
 * The pair of embeddings that are one tensor in this checkpoint, or undefined. Stored twice counts as tied only with equal bytes: whoever changes one
 * of them later must find that out.
 */
export async function findTiedPair(checkpoint: Checkpoint): Promise<TiedPair | undefined> {
  const input = checkpoint.names.find((name) => INPUT.test(name));
  if (input === undefined) return undefined;
  const output = checkpoint.names.find((name) => OUTPUT.test(name));
  if (output === undefined) {
    return checkpoint.tied === true ? { input, output: 'lm_head.weight', by: 'NOT_STORED' } : undefined;
  }
  // Two embeddings that start equal and are declared apart are two.
  if (checkpoint.tied === false) return undefined;
  return (await haveEqualBytes(checkpoint, input, output)) ? { input, output, by: 'EQUAL_BYTES' } : undefined;
}

async function haveEqualBytes({ source }: Checkpoint, x: string, y: string): Promise<boolean> {
  const [left, right] = [source.info(x), source.info(y)];
  const same = left.dtype === right.dtype && left.shape.join() === right.shape.join();
  if (!same) return false;
  for (let begin = 0; begin < left.byteLength; begin += CHUNK) {
    const end = Math.min(left.byteLength, begin + CHUNK);
    const [a, b] = await Promise.all([source.readRange(x, begin, end), source.readRange(y, begin, end)]);
    if (Buffer.compare(a, b) !== 0) return false;
  }
  return true;
}
