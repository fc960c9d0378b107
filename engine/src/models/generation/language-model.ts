import type { Calculus } from '../calculus/calculus.js';
import { gpt2Hidden, gpt2Logits } from '../gpt2/gpt2.js';
import type { Gpt2Config } from '../gpt2/gpt2-config.js';
import { llamaHidden, llamaLogits } from '../llama/llama.js';
import type { LlamaConfig } from '../llama/llama-config.js';
import type { Architecture, TokenBatch } from '../model.js';
import { t5Encode, t5Hidden, t5Logits } from '../t5/t5.js';
import type { T5Config } from '../t5/t5-config.js';
import { languageErrors } from './errors.js';
import type { Source, TokenRun } from './token-run.js';

interface Language {
  readonly vocabulary: number;
  /** The longest sequence that positions are known for. */
  readonly maxTokens: number | undefined;
  readonly padId: number;
  /** Tokens that end a text. */
  readonly endTokens: readonly number[];
  /** Layers whose keys and values a cache holds. */
  readonly layers: number;
  /** `[rows, vocabulary]` of rows of a hidden state. */
  logits<V>(calculus: Calculus<V>, hidden: V): V;
}

/** Continues its own prompt. */
export interface CausalModel extends Language {
  readonly kind: 'CAUSAL';
  hidden<V>(calculus: Calculus<V>, run: TokenRun<V>): V;
}

/** Reads the prompt with an encoder, and writes from a start token on. */
export interface EncoderDecoder extends Language {
  readonly kind: 'ENCODER_DECODER';
  readonly startToken: number;
  encode<V>(calculus: Calculus<V>, text: TokenBatch): V;
  hidden<V>(calculus: Calculus<V>, run: TokenRun<V>, source: Source<V>): V;
}

export type LanguageModel = CausalModel | EncoderDecoder;

type Bind = (architecture: Architecture) => LanguageModel;

/** By the name of the family, whose configuration it is: `Architecture` hides the type. */
const BINDINGS: Readonly<Record<string, Bind>> = {
  gpt2(architecture) {
    const config = architecture.config as Gpt2Config;
    return {
      ...common(architecture, config, config.layers),
      kind: 'CAUSAL',
      hidden: (calculus, run) => gpt2Hidden(config, calculus, run),
      logits: (calculus, hidden) => gpt2Logits(config, calculus, hidden),
    };
  },
  llama(architecture) {
    const config = architecture.config as LlamaConfig;
    return {
      ...common(architecture, config, config.layers),
      kind: 'CAUSAL',
      hidden: (calculus, run) => llamaHidden(config, calculus, run),
      logits: (calculus, hidden) => llamaLogits(config, calculus, hidden),
    };
  },
  t5(architecture) {
    const config = architecture.config as T5Config;
    return {
      ...common(architecture, config, config.decoderLayers),
      kind: 'ENCODER_DECODER',
      startToken: config.startToken,
      encode: (calculus, text) => t5Encode(config, calculus, text),
      hidden: (calculus, run, source) => t5Hidden(config, calculus, run, source),
      logits: (calculus, hidden) => t5Logits(config, calculus, hidden),
    };
  },
};

const common = (
  { textGeometry }: Architecture,
  { vocabularySize, endTokens }: { readonly vocabularySize: number; readonly endTokens: readonly number[] },
  layers: number,
) => ({
  vocabulary: vocabularySize,
  maxTokens: textGeometry?.maxTokens,
  padId: textGeometry?.padId ?? 0,
  endTokens,
  layers,
});

/**
 * What generating and scoring need of a model, whatever its family.
 *
 * @throws languageErrors.familyUnsuited
 */
export function languageModel(architecture: Architecture): LanguageModel {
  const bind = BINDINGS[architecture.family];
  if (bind === undefined) {
    throw languageErrors.familyUnsuited({ family: architecture.family, known: Object.keys(BINDINGS) });
  }
  return bind(architecture);
}

/** Whether `generate` and the measures of likelihood work on this model. */
export const predictsTokens = ({ family }: Architecture): boolean => family in BINDINGS;
