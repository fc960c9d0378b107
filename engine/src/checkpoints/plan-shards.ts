import { planLayout, type FileLayout, type TensorSpec } from '../tensors/plan-layout.js';
import { DTYPE_BITS } from '../tensors/index.js';
import { checkpointErrors } from './errors.js';
import { checkpointLimits } from './limits.js';

export interface PlannedShard {
  readonly name: string;
  readonly layout: FileLayout;
}

export interface ShardPlan {
  readonly shards: readonly PlannedShard[];
  /** Bytes of all tensors: `total_size` of the index. */
  readonly totalSize: number;
}

/** As transformers splits since version 4.5x. */
export const DEFAULT_SHARD_BYTES = 5_000_000_000;

const byteLength = ({ dtype, shape }: TensorSpec): number =>
  shape.reduce((size, extent) => size * extent, DTYPE_BITS[dtype] / 8);

/**
 * Which file each tensor goes to, and where every byte of every file goes, before any is written. Tensors fill files in the order given; one that is
 * larger than `maxShardBytes` has a file of its own. One file is called `model.safetensors`, more are numbered.
 */
export function planShards(
  folder: string,
  specs: readonly TensorSpec[],
  maxShardBytes = DEFAULT_SHARD_BYTES,
): ShardPlan {
  if (!(Number.isSafeInteger(maxShardBytes) && maxShardBytes >= 1)) {
    throw checkpointErrors.argumentInvalid({
      argument: 'maxShardBytes',
      got: maxShardBytes,
      expected: 'a positive whole number',
    });
  }
  const groups: TensorSpec[][] = [];
  let filled = Infinity;
  let totalSize = 0;
  for (const spec of specs) {
    const bytes = byteLength(spec);
    if (filled + bytes > maxShardBytes) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)!.push(spec);
    filled += bytes;
    totalSize += bytes;
  }
  if (groups.length === 0) groups.push([]);
  const limit = checkpointLimits.shards;
  if (groups.length > limit) throw checkpointErrors.tooManyShards({ got: groups.length, limit, maxShardBytes });
  const pad = (number: number): string => String(number).padStart(5, '0');
  const shards = groups.map((group, index) => {
    const name =
      groups.length === 1 ? 'model.safetensors' : `model-${pad(index + 1)}-of-${pad(groups.length)}.safetensors`;
    return { name, layout: planLayout(`${folder}/${name}`, group, new Map([['format', 'pt']])) };
  });
  return { shards, totalSize };
}
