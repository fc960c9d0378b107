import { floatBytes } from '@crucible/engine/checkpoints';
import { isBlockRule, isStreamDtype, type BlockRule, type TrimPlan } from '@crucible/engine/kernels';
import type { ModuleStrategy, TrimmedMerge } from '../../contract/strategy.js';
import { pluginErrors, strategyFailed } from '../../errors.js';
import type { ModelFuserSetup } from './model-fuser.js';
import type { TensorPart } from './model-task.js';

/** A part whose task vectors are trimmed and merged straight from the stored numbers. Structured-cloneable. */
export interface TrimmedMergeTask {
  readonly part: TensorPart;
  readonly members: readonly { readonly position: number; readonly weight: number; readonly trim: TrimPlan }[];
  readonly rule: BlockRule;
  readonly norms: boolean;
}

type Setup = Pick<ModelFuserSetup, 'options' | 'weights' | 'digests' | 'norms'> & { readonly strategy: ModuleStrategy };

/** The part as such a task, if the strategy says that it is one and SIMD reads its dtypes; any other is fused by way of dense task vectors. */
export function trimmedMergeTask(part: TensorPart, state: unknown, setup: Setup): TrimmedMergeTask | undefined {
  const { strategy, norms } = setup;
  const { base, models, dtype } = part;
  const streams = isStreamDtype(base.dtype) && models.every((model) => model.dtype === base.dtype);
  if (strategy.trimmedMerge === undefined || !streams || !isStreamDtype(dtype)) return undefined;
  const answer = askStrategy(part, state, setup);
  if (answer === undefined || !isBlockRule(answer.rule)) return undefined;
  const wrong = answer.members.find(
    ({ position, weight, trim }) =>
      !(models[position] && Number.isFinite(weight) && (trim.kind !== 'RANK' || Number.isSafeInteger(trim.rank))),
  );
  if (wrong === undefined) return { part, norms, members: answer.members, rule: answer.rule };
  const problem = `trimmedMerge gave ${JSON.stringify(wrong)}; expected a position below ${models.length}, a finite weight and a whole rank`;
  throw pluginErrors.invalidOutput({ strategy: strategy.id, module: part.module, problem });
}

/** Bytes that such a task holds: the result, and a piece of every stream. */
export function bytesOfTask({ part: { rows, columns, dtype, models } }: TrimmedMergeTask, piece: number): number {
  return rows * columns * floatBytes(dtype) + Math.min(piece, rows * columns) * 4 * (models.length + 2);
}

function askStrategy(part: TensorPart, state: unknown, setup: Setup): TrimmedMerge | undefined {
  const { module, index, count, rows, columns, models, settings } = part;
  const { options, weights } = settings ?? setup;
  const members = models.map((_, position) => ({
    position,
    digest: setup.digests[position]!,
    weight: weights[position]!,
    options: settings?.adapterOptions[position] ?? options,
  }));
  const input = { module, index, count, space: 'DELTA' as const, outFeatures: rows, inFeatures: columns };
  try {
    return setup.strategy.trimmedMerge!({ ...input, options, members, weights, adapterCount: weights.length }, state);
  } catch (error) {
    throw strategyFailed(setup.strategy, 'trimmedMerge', error, module);
  }
}
