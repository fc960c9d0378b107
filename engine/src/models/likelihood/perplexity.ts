import { checkSequences, type Tokens } from '../generation/pad-sequences.js';
import { languageModel } from '../generation/language-model.js';
import { languageErrors } from '../generation/errors.js';
import { languageLimits } from '../weights/language-limits.js';
import { scoreContinuations, type Continuation, type ScoringOptions } from './score-continuations.js';

export interface PerplexityOptions extends ScoringOptions {
  /** Read before each text and not scored; without it a text's first token is not scored. */
  readonly startToken?: number;
  /** Tokens that are read at once; as many as the model has positions for unless told. */
  readonly window?: number;
}

export interface TextLikelihood {
  /** ln p of the text, nats. */
  readonly logProbability: number;
  /** Tokens that were scored. */
  readonly tokens: number;
}

export interface Perplexity extends TextLikelihood {
  /** exp(−logProbability / tokens), over the tokens of all texts. */
  readonly perplexity: number;
  readonly texts: readonly TextLikelihood[];
}

/**
 * The perplexity of texts under a causal model. Every token is scored exactly once; a text longer than the window is cut into windows that do not
 * overlap, but for the last, which is filled up with what stands before it (lm-evaluation-harness's `loglikelihood_rolling`).
 *
 * @throws languageErrors, and the signal's reason
 */
export async function measurePerplexity(options: PerplexityOptions, texts: readonly Tokens[]): Promise<Perplexity> {
  const model = languageModel(options.model);
  if (model.kind !== 'CAUSAL') {
    throw languageErrors.familyUnsuited({ family: options.model.family, known: ['gpt2', 'llama'] });
  }
  const { startToken } = options;
  const most = Math.min(model.maxTokens ?? languageLimits.tokens, languageLimits.tokens);
  const window = options.window ?? most;
  if (!(Number.isInteger(window) && window >= 1 && window <= most)) {
    throw languageErrors.optionInvalid({ option: 'window', got: window, expected: `a whole number from 1 to ${most}` });
  }
  checkSequences('text', texts, { limit: languageLimits.tokens, vocabulary: model.vocabulary });
  const pairs = texts.flatMap((text, index) =>
    cut(startToken === undefined ? Array.from(text) : [startToken, ...Array.from(text)], window).map((pair) => ({
      ...pair,
      index,
    })),
  );
  const scores = await scoreContinuations(options, pairs);
  const sums = texts.map(() => ({ logProbability: 0, tokens: 0 }));
  scores.forEach(({ logProbability, tokens }, at) => {
    const sum = sums[pairs[at]!.index]!;
    sum.logProbability += logProbability;
    sum.tokens += tokens.length;
  });
  const logProbability = sums.reduce((total, one) => total + one.logProbability, 0);
  const tokens = sums.reduce((total, one) => total + one.tokens, 0);
  if (tokens === 0) throw languageErrors.sequenceEmpty({ index: 0, what: 'what follows the first token of text' });
  return { logProbability, tokens, perplexity: Math.exp(-logProbability / tokens), texts: sums };
}

/** Pairs that together predict every token but the first. */
function cut(tokens: readonly number[], window: number): readonly Continuation[] {
  const pairs: Continuation[] = [];
  for (let begin = 1; begin < tokens.length; begin += window) {
    const end = Math.min(begin + window, tokens.length);
    const from = Math.max(0, end - 1 - window);
    pairs.push({ prompt: tokens.slice(from, begin), continuation: tokens.slice(begin, end) });
  }
  return pairs;
}
