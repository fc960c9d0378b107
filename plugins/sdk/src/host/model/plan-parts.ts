import {
  locateTensor,
  type Checkpoint,
  type CheckpointComparison,
  type ComparedTensor,
  type FloatDtype,
  floatBytes,
} from '@crucible/engine/checkpoints';
import type { StoredNumbers, TensorPart } from './model-task.js';

/** One tensor of the output, and the modules that it is fused in; none for one that is copied. */
export interface TensorPlan {
  readonly compared: ComparedTensor;
  /** Dtype that it is written in. */
  readonly dtype: FloatDtype;
  /** In the order of the rows. */
  readonly parts: readonly TensorPart[];
  /** Numbers behind the last part that are the base's: rows that not all models have. */
  readonly rest: number;
}

/**
 * Cuts tensors into modules: a matrix is one, a vector is `[1, n]`, a tensor of more dimensions `[first, others]`. With `blockElements` a larger one is cut
 * between rows. A tensor that is tied to another is fused as that one, name and place included, so that both have the same bytes.
 */
export function planParts(
  base: Checkpoint,
  models: readonly Checkpoint[],
  { tensors }: CheckpointComparison,
  dtypeOf: (compared: ComparedTensor) => FloatDtype,
  blockElements = Infinity,
): readonly TensorPlan[] {
  const merged = tensors.filter(({ treatment }) => treatment === 'MERGE');
  const cuts = new Map(merged.map((compared) => [compared.name, cutTensor(compared, blockElements)]));
  const count = [...cuts.values()].reduce((sum, blocks) => sum + blocks.length, 0);
  const byName = new Map(merged.map((compared) => [compared.name, compared]));
  const first = new Map<string, number>();
  let index = 0;
  for (const { name } of merged) {
    first.set(name, index);
    index += cuts.get(name)!.length;
  }
  return tensors.map((compared) => {
    const dtype = dtypeOf(compared);
    const source = byName.get(compared.tiedTo ?? compared.name);
    if (compared.treatment === 'COPY' || source === undefined) return { compared, dtype, parts: [], rest: 0 };
    const blocks = cuts.get(source.name)!;
    const columns = columnsOf(source);
    const stored = [base, ...models].map((checkpoint) => storedNumbers(checkpoint, source.name));
    const parts = blocks.map(([begin, end], block): TensorPart => {
      const [origin, ...others] = stored.map((numbers) => skip(numbers, begin * columns));
      const module = moduleOf(source.name);
      return {
        tensor: source.name,
        module: blocks.length === 1 ? module : `${module}[${begin}:${end}]`,
        index: first.get(source.name)! + block,
        count,
        rows: end - begin,
        columns,
        base: origin!,
        models: others,
        dtype,
      };
    });
    const size = parts.reduce((sum, { rows }) => sum + rows * columns, 0);
    return { compared, dtype, parts, rest: source.base.size - size };
  });
}

/** The module that a tensor belongs to. */
export const moduleOf = (tensor: string): string => tensor.replace(/\.weight$/, '');

function columnsOf({ base: { shape, size }, commonRows }: ComparedTensor): number {
  return shape.length < 2 ? (commonRows ?? size) : size / (shape[0] || 1);
}

/** Rows that modules begin and end at. A tensor without numbers has no module. */
function cutTensor(compared: ComparedTensor, blockElements: number): readonly (readonly [number, number])[] {
  const { base, commonRows } = compared;
  if (base.size === 0) return [];
  const rows = base.shape.length < 2 ? 1 : (commonRows ?? base.shape[0]!);
  const step = Math.max(1, Math.floor(blockElements / columnsOf(compared)));
  const blocks: (readonly [number, number])[] = [];
  for (let begin = 0; begin < rows; begin += Math.min(step, rows)) blocks.push([begin, Math.min(rows, begin + step)]);
  return blocks;
}

export function storedNumbers(checkpoint: Checkpoint, name: string): StoredNumbers {
  const { path, position } = locateTensor(checkpoint, name);
  return { path, position, dtype: checkpoint.source.info(name).dtype as FloatDtype };
}

export const skip = (numbers: StoredNumbers, count: number): StoredNumbers => ({
  ...numbers,
  position: numbers.position + count * floatBytes(numbers.dtype),
});
