import type { Examples, Split } from '../tasks/task.js';
import {
  createTangentEvaluator,
  embedImages,
  foldUpdates,
  imageEncoder,
  ModelWeights,
  type ImageBatch,
  type ImageModel,
  type LowRankUpdates,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { createCoefficientModel, type CoefficientModel, type CoefficientModelOptions } from './coefficient-model.js';
import { evaluationErrors } from './errors.js';
import type { EvaluationResult } from './score.js';
import { scoreEmbeddings, type CosineHead } from './score-embeddings.js';

export interface WorkOptions {
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ScoreOptions extends WorkOptions {
  readonly examples: Examples;
  readonly head: CosineHead;
  readonly split: Split;
}

/** One model that is ready to be scored: the base, or the base with updates folded in. */
export interface ScoredModel {
  evaluate(options: ScoreOptions): Promise<EvaluationResult>;
  /** `[count, projection]`, not normalized. */
  embed(images: ImageBatch, options?: WorkOptions): Promise<Float32Array>;
  dispose(): void;
}

export interface Scorer extends ScoredModel {
  /** The base with an adapter's updates folded into its weights, once for all tasks. */
  withUpdates(updates: LowRankUpdates): ScoredModel;
  /**
   * The base's tangent in the direction of the updates, f(θ0) + J(θ0)·ΔW: the function of adapters that were trained linearized network-wide, and of
   * their linear fusions. Costs about two forward passes for one.
   */
  withTangent(updates: LowRankUpdates): ScoredModel;
  /** The base with Σ c_i ΔW_i beside its weights, for slopes in the c_i. */
  withCoefficients(options: Omit<CoefficientModelOptions, 'tf' | 'model' | 'weights'>): CoefficientModel;
}

/** Keeps a base on the backend, to score it and many adapters of it. Disposing frees the base. */
export function createScorer({ tf, model }: { readonly tf: TensorFlow; readonly model: ImageModel }): Scorer {
  const { resolve } = imageEncoder(model);
  const base = new ModelWeights(tf, model.parameters);
  return {
    ...foldedModel(tf, model, base, () => base.dispose()),
    withUpdates(updates) {
      const folded = foldUpdates(tf, base, resolve(updates));
      return foldedModel(tf, model, folded, () => folded.dispose());
    },
    withTangent(updates) {
      const tangent = createTangentEvaluator(tf, base, resolve(updates));
      const embed: ScoredModel['embed'] = (images, options = {}) =>
        embedImages({ tf, model, weights: base, tangent, images, ...options });
      return scoredModel(model, embed, () => tangent.dispose());
    },
    withCoefficients: (options) => createCoefficientModel({ ...options, tf, model, weights: base }),
  };
}

function foldedModel(tf: TensorFlow, model: ImageModel, weights: WeightSource, dispose: () => void): ScoredModel {
  const embed: ScoredModel['embed'] = (images, options = {}) => embedImages({ tf, model, weights, images, ...options });
  return scoredModel(model, embed, dispose);
}

function scoredModel(model: ImageModel, embed: ScoredModel['embed'], dispose: () => void): ScoredModel {
  const { projectionSize } = imageEncoder(model);
  return {
    embed,
    async evaluate({ examples, head, split, batchSize, signal, onProgress }) {
      if (head.projection !== projectionSize) {
        throw evaluationErrors.headMismatched({ got: head.projection, expected: projectionSize });
      }
      const work = { signal, onProgress, ...(batchSize !== undefined && { batchSize }) };
      return scoreEmbeddings(await embed(examples, work), examples.labels, head, split);
    },
    dispose,
  };
}

export interface EvaluateOptions extends ScoreOptions {
  readonly tf: TensorFlow;
  readonly model: ImageModel;
  readonly updates?: LowRankUpdates;
  /** Whether the updates are a direction of the base's tangent, and not changes of its weights. */
  readonly linearized?: boolean;
}

/** Scores a model once; `createScorer` keeps the base for more. */
export async function evaluate({
  tf,
  model,
  updates,
  linearized,
  ...options
}: EvaluateOptions): Promise<EvaluationResult> {
  const scorer = createScorer({ tf, model });
  try {
    if (updates === undefined) return await scorer.evaluate(options);
    const updated = linearized === true ? scorer.withTangent(updates) : scorer.withUpdates(updates);
    try {
      return await updated.evaluate(options);
    } finally {
      updated.dispose();
    }
  } finally {
    scorer.dispose();
  }
}
