import { floatBytes } from '@crucible/engine/checkpoints';
import { isCrucibleError } from '@crucible/engine/errors';
import {
  binsOfRound,
  countDifferences,
  cutOfCounts,
  DifferenceMerger,
  isStreamDtype,
  kernelErrors,
  knownCut,
  locateRank,
  type FloatStream,
  type MagnitudeCut,
  type RankedBin,
} from '@crucible/engine/kernels';
import { modelErrors } from './model-errors.js';
import type { FusedPart, TensorPart } from './model-task.js';
import type { PieceCombiner } from './piece-combiner.js';
import type { TrimmedMergeTask } from './trimmed-merge.js';

type Turn = (() => Promise<void>) | undefined;

/** Numbers that are read at a time: those of the dense way, as sums of squares are rounded piece by piece. */
export const PIECE = 1 << 20;

/**
 * Trims and merges a part straight from the stored numbers: two passes count magnitudes, which gives exact thresholds, a third merges. To the bit what dense
 * float32 task vectors give; what is held is the result and one piece of each stream.
 */
export class TrimmedMerger {
  constructor(private readonly files: Pick<PieceCombiner, 'streams' | 'reader'>) {}

  /** @param turn Awaited between pieces, for whoever must hear of an abort in this thread. */
  async merge(task: TrimmedMergeTask, turn?: () => Promise<void>): Promise<FusedPart> {
    const { part, members, rule, norms } = task;
    const { dtype, tensor } = part;
    if (!isStreamDtype(dtype)) throw new TypeError(`no stream of ${dtype}`);
    const cuts = await this.#findCuts(task, turn);
    const merger = new DifferenceMerger(
      members.map(({ weight }, m) => ({ weight, cut: cuts[m]! })),
      rule,
      'FLOAT32_FIRST',
    );
    const { streams } = this.files;
    const size = floatBytes(dtype);
    const bytes = new Uint8Array(part.rows * part.columns * size);
    const squares = { models: norms ? part.models.map(() => 0) : [], output: 0 };
    const positions = norms ? part.models.map((_, position) => position) : members.map(({ position }) => position);
    await this.#eachPiece(part, turn, positions, (base, models, begin, count) => {
      const out = { bytes: bytes.subarray(begin * size, (begin + count) * size), dtype };
      const merged = members.map(({ position }) => models.get(position)!);
      this.#named(part, () => merger.merge(base, merged, out), base, models);
      if (!norms) return;
      for (const [position, model] of models) squares.models[position]! += streams.squaredDistance(model, base);
      squares.output += streams.squaredDistance(out, base);
      if (squares.models.every(Number.isFinite)) return;
      const folder = part.models[squares.models.findIndex((square) => !Number.isFinite(square))]!.path;
      throw modelErrors.notFinite({ tensor, dtype, folder });
    });
    return { kind: 'bytes', bytes, squares };
  }

  /** Of all members, in passes that they share. */
  async #findCuts({ part, members }: TrimmedMergeTask, turn: Turn): Promise<readonly MagnitudeCut[]> {
    const size = part.rows * part.columns;
    const cuts = members.map(({ trim }) => knownCut(trim, size));
    const open = members.flatMap(({ position, trim }, m) =>
      cuts[m] === undefined && trim.kind === 'RANK' ? [{ m, position, trim }] : [],
    );
    if (open.length === 0) return cuts as readonly MagnitudeCut[];
    const positions = open.map(({ position }) => position);
    const high = await this.#count(part, turn, 0, positions);
    const bins = open.map(({ trim }, i): RankedBin => locateRank(high[i]!, trim.rank));
    const low = await this.#count(part, turn, 1, positions, bins);
    open.forEach(({ m, trim }, i) => (cuts[m] = cutOfCounts(bins[i]!, low[i]!, trim.exact)));
    return cuts as readonly MagnitudeCut[];
  }

  async #count(
    part: TensorPart,
    turn: Turn,
    round: 0 | 1,
    positions: readonly number[],
    bins?: readonly RankedBin[],
  ): Promise<readonly Float64Array[]> {
    const totals = positions.map(() => new Float64Array(binsOfRound(round)));
    await this.#eachPiece(part, turn, positions, (base, models) => {
      positions.forEach((position, i) => {
        const model = models.get(position)!;
        const count = (): Uint32Array => countDifferences({ base, model }, round, bins?.[i]!.bin);
        const counts = this.#named(part, count, base, new Map([[position, model]]));
        const total = totals[i]!;
        for (let bin = 0; bin < total.length; bin += 1) total[bin]! += counts[bin]!;
      });
    });
    return totals;
  }

  async #eachPiece(
    part: TensorPart,
    turn: Turn,
    positions: readonly number[],
    use: (base: FloatStream, models: ReadonlyMap<number, FloatStream>, begin: number, count: number) => void,
  ): Promise<void> {
    const { reader } = this.files;
    const size = part.rows * part.columns;
    const wanted = [...new Set(positions)];
    for (let begin = 0; begin < size; begin += PIECE) {
      const count = Math.min(PIECE, size - begin);
      const [base, ...models] = await Promise.all(
        [part.base, ...wanted.map((position) => part.models[position]!)].map((from) => reader.read(from, begin, count)),
      );
      use(base!, new Map(wanted.map((position, i) => [position, models[i]!])), begin, count);
      reader.release(base!, ...models);
      await turn?.();
    }
  }

  /** Says which model it is that holds NaN, as the kernels cannot know. */
  #named<T>(
    { tensor, dtype, models: stored }: TensorPart,
    work: () => T,
    base: FloatStream,
    models: ReadonlyMap<number, FloatStream>,
  ): T {
    try {
      return work();
    } catch (error) {
      if (!isCrucibleError(error) || error.code !== kernelErrors.notFinite.entry.code) throw error;
      const bad = [...models].find(([, model]) => !Number.isFinite(this.files.streams.squaredDistance(model, base)));
      throw modelErrors.notFinite({
        tensor,
        dtype: bad?.[1].dtype ?? dtype,
        ...(bad && { folder: stored[bad[0]]!.path }),
      });
    }
  }
}
