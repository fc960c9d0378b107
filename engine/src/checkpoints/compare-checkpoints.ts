import type { TensorInfo } from '../tensors/index.js';
import { checkpointErrors } from './errors.js';
import { isFloatDtype, isQuantizedDtype } from './float-dtype.js';
import { checkpointLimits } from './limits.js';
import type { Checkpoint } from './open-checkpoint.js';
import { findTiedPair, isVocabularyTensor, type TiedPair } from './tied-weights.js';

/** What is done where vocabularies differ: refuse, or merge the rows that all checkpoints have and keep the base's other rows. */
export type VocabularyRule = 'REFUSE' | 'COMMON_ROWS';

/** One tensor of the base beside the same tensor of each model. */
export interface ComparedTensor {
  readonly name: string;
  readonly base: TensorInfo;
  /**
   * - `MERGE`: floats that every model has. - `COPY`: integers, masks and buffers, which no fusion changes.
   * - `TIED`: the second name of a tensor that is merged under its first, `tiedTo`.
   */
  readonly treatment: 'MERGE' | 'COPY' | 'TIED';
  readonly tiedTo?: string;
  /** Rows that the base and all models have, where that is fewer than the base has. */
  readonly commonRows?: number;
}

export interface CheckpointComparison {
  /** Every tensor of the base, in its natural order. */
  readonly tensors: readonly ComparedTensor[];
  readonly tied: TiedPair | undefined;
  /** What is odd and does no harm, one sentence each. */
  readonly notes: readonly string[];
}

export interface CompareOptions {
  readonly vocabulary?: VocabularyRule;
}

/** Buffers that some versions of transformers store and others do not; no training changes them. */
const BUFFER = /(?:^|\.)(?:rotary_emb\.inv_freq|position_ids|masked_bias|attn\.bias|token_type_ids)$/;

/**
 * Whether models are fine-tuned checkpoints of one base: the same names, shapes and kinds of numbers, and embeddings tied in all of them or in none.
 * Returns what a fusion does with each tensor, or throws an error that names the tensors which stand against it. F32, F16, BF16 and F64 may meet:
 * all of them widen exactly.
 *
 * @throws CHECKPOINT_MISMATCH, CHECKPOINT_VOCABULARY_MISMATCH, CHECKPOINT_UNTIED, CHECKPOINT_DTYPE_UNSUPPORTED, CHECKPOINT_ARGUMENT_INVALID
 */
export async function compareCheckpoints(
  base: Checkpoint,
  models: readonly Checkpoint[],
  { vocabulary = 'REFUSE' }: CompareOptions = {},
): Promise<CheckpointComparison> {
  const limit = checkpointLimits.models;
  if (models.length > limit) {
    const expected = `at most ${limit}`;
    throw checkpointErrors.argumentInvalid({ argument: 'The number of models', got: models.length, expected });
  }
  const tied = await findTiedPair(base);
  for (const model of models) {
    checkNames(base, model, tied);
    if (tied) await checkTied(model, tied);
  }
  const notes: string[] = [];
  const tensors = base.names.map((name): ComparedTensor => {
    const info = base.source.info(name);
    if (isQuantizedDtype(info.dtype)) {
      throw checkpointErrors.dtypeUnsupported({ folder: base.folder, tensor: name, dtype: info.dtype });
    }
    if (!isFloatDtype(info.dtype) || BUFFER.test(name)) return { name, base: info, treatment: 'COPY' };
    if (tied?.by === 'EQUAL_BYTES' && name === tied.output) {
      return { name, base: info, treatment: 'TIED', tiedTo: tied.input };
    }
    const rows = Math.min(...models.map((model) => checkTensor(base, model, name, vocabulary)), info.shape[0] ?? 1);
    const fewer = rows < (info.shape[0] ?? 1);
    if (fewer)
      notes.push(`"${name}": the first ${rows} of ${info.shape[0]} rows are merged, the others are the base's.`);
    return { name, base: info, treatment: 'MERGE', ...(fewer && { commonRows: rows }) };
  });
  notes.push(...dtypeNotes(base, models));
  return { tensors, tied, notes };
}

function checkNames(base: Checkpoint, model: Checkpoint, tied: TiedPair | undefined): void {
  const own = model.source.tensors;
  const known = base.source.tensors;
  const optional = (name: string): boolean => BUFFER.test(name) || name === tied?.output;
  const missing = base.names.filter((name) => !own.has(name) && !optional(name));
  const extra = model.names.filter((name) => !known.has(name) && !optional(name));
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`it lacks ${list(missing)}.`);
  if (extra.length > 0) problems.push(`the base lacks ${list(extra)}.`);
  if (problems.length > 0) throw checkpointErrors.mismatch({ folder: model.folder, base: base.folder, problems });
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, checkpointLimits.namedTensors).map((name) => `"${name}"`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** A model of a tied base may store the output embedding too, as long as it is the input embedding. */
async function checkTied(model: Checkpoint, tied: TiedPair): Promise<void> {
  if (!model.source.tensors.has(tied.output)) return;
  const own = await findTiedPair(model);
  if (own?.by === 'EQUAL_BYTES') return;
  throw checkpointErrors.untied({ folder: model.folder, tensor: tied.output, partner: tied.input });
}

/** Returns the rows that both have. */
function checkTensor(base: Checkpoint, model: Checkpoint, tensor: string, vocabulary: VocabularyRule): number {
  const { folder } = model;
  const expected = base.source.info(tensor);
  const got = model.source.info(tensor);
  if (!isFloatDtype(got.dtype)) throw checkpointErrors.dtypeUnsupported({ folder, tensor, dtype: got.dtype });
  if (got.shape.join() === expected.shape.join()) return expected.shape[0] ?? 1;
  const sameRows = got.shape.slice(1).join() === expected.shape.slice(1).join();
  if (!sameRows || got.shape.length !== expected.shape.length || !isVocabularyTensor(tensor)) {
    const problem = `tensor "${tensor}" is [${got.shape.join(', ')}], the base has [${expected.shape.join(', ')}].`;
    throw checkpointErrors.mismatch({ folder, base: base.folder, problems: [problem] });
  }
  if (vocabulary === 'REFUSE') {
    throw checkpointErrors.vocabularyMismatch({ folder, tensor, got: got.shape, expected: expected.shape });
  }
  return Math.min(got.shape[0]!, expected.shape[0]!);
}

function dtypeNotes(base: Checkpoint, models: readonly Checkpoint[]): readonly string[] {
  return models.flatMap((model) => {
    const other = base.names.find((name) => {
      const own = model.source.tensors.get(name);
      return own !== undefined && own.dtype !== base.source.info(name).dtype;
    });
    if (other === undefined) return [];
    const [got, expected] = [model.source.info(other).dtype, base.source.info(other).dtype];
    return [`${model.folder} stores "${other}" as ${got}, the base as ${expected}; both are widened exactly.`];
  });
}
