import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** All that the bytes of a fused adapter depend on. */
export interface FingerprintParts {
  /** `id@version`; of a wrapper with what it wraps: `knots@0.1.0 over ties@0.1.0`. */
  readonly strategy: string;
  /** With defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Digest and weight of each adapter, in the run's order; where the strategy needs statistics of them, the digest of those too. */
  readonly members: readonly (readonly [digest: string, weight: number, statistics?: string])[];
  readonly space: string;
  readonly outputRank: number | null;
  readonly seed: number;
  readonly backend: string;
}

/** Equal fingerprints give equal bytes; whatever changes a byte changes the fingerprint. Names and evaluations do not. */
export function fingerprintOf(parts: FingerprintParts): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}

/** All that the bytes of a fused whole model depend on. */
export interface ModelFingerprintParts {
  /** `id@version`; of a wrapper with what it wraps. */
  readonly strategy: string;
  /** With defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Digest over the weights of what all were fine-tuned from. */
  readonly base: string;
  /** Digest over the weights, and weight, of each model, in the run's order. */
  readonly models: readonly (readonly [digest: string, weight: number])[];
  readonly dtype: string;
  readonly maxShardBytes: number | null;
  readonly vocabulary: string;
  readonly seed: number;
  readonly backend: string;
}

export function modelFingerprintOf(parts: ModelFingerprintParts): string {
  return createHash('sha256')
    .update(canonicalJson({ space: 'FULL', ...parts }))
    .digest('hex');
}
