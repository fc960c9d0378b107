import type { Calculus } from '../models/index.js';

/** What of a plane of models was found to be the same at all points, or linear over them. */
export interface SharedSummary {
  /** Operations whose values do not depend on the point: computed once per batch. */
  readonly constant: number;
  /** Operations whose values are linear in λ: computed once per batch and task vector. */
  readonly linear: number;
  /** Operations that are computed anew at each point. */
  readonly varying: number;
  /** Adapted layers whose outputs are linear in λ, because no vector changes their inputs. */
  readonly linearModules: readonly string[];
  /**
   * NETWORK: the models are tangents, and their outputs linear in λ as a whole; LAYERS: the outputs of `linearModules` are; NONE: nothing is. Where something
   * is linear it is added up instead of evaluated, which is exact.
   */
  readonly linearity: 'NETWORK' | 'LAYERS' | 'NONE';
}

/** Some examples' way through a model, in whatever interpretation; called within `tf.tidy`. */
export type BatchForward = <V>(calculus: Calculus<V>) => V;

/** One batch of examples at any number of points. */
export interface PlaneBatch {
  /** The outputs of the model at that point, `[count, width]`. */
  at(coefficients: readonly number[]): Promise<Float32Array>;
  /** Known after the first point. */
  readonly summary: SharedSummary;
  dispose(): void;
}

/** The models f(·; θ0 + Σ λ_j τ_j), with as little work per point as is exact. */
export interface ModelPlane {
  /** Number of task vectors. */
  readonly dimensions: number;
  /** Forward passes that so many points take. */
  passes(points: number): number;
  batch(forward: BatchForward): PlaneBatch;
  dispose(): void;
}
