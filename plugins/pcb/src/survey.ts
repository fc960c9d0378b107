import type { FusionContext, ModuleInput, Survey } from '@crucible/sdk';
import {
  countKeys,
  locateIn,
  makeEntries,
  numberOfKey,
  readEntries,
  weigh,
  type KeyHalf,
  type SparseCounts,
} from '@crucible/sdk/elementwise';
import { scoreEntries, type ScoreRange, type Tails } from './competition.js';
import type { PcbOptions } from './options.js';
import { scoreRank, tailRanks } from './ranks.js';

/** What is known of an adapter's order statistics: the bin of the upper half after one round, the number itself after two. */
interface Sought {
  readonly bin: number;
  readonly rank: number;
}
interface AdapterState {
  readonly soughtTails?: readonly [Sought, Sought];
  readonly tails?: Tails;
  readonly soughtScore?: Sought & { readonly most: number };
  readonly range?: ScoreRange;
}
/** By the adapters' positions. Structured-cloneable. */
export interface PcbState {
  readonly adapters: readonly AdapterState[];
}

/** What one module says of one adapter's vector. Structured-cloneable. */
export interface MemberCounts {
  readonly position: number;
  readonly size: number;
  readonly density: number;
  /** Counts for each order statistic that is sought, of each vector. */
  readonly counts: readonly (readonly SparseCounts[])[];
  readonly most: number;
}

/** Two rounds for the bounds of the magnitudes, two for the threshold of the scores; none where each tensor is its own. */
export const survey: Survey<PcbOptions, PcbState, readonly MemberCounts[]> = {
  rounds: ({ scope }) => (scope === 'GLOBAL' ? 4 : 0),
  start: (_, adapterCount) => ({ adapters: Array.from({ length: adapterCount }, () => ({})) }),
  observe: observeModule,
  combine: (observations, state, round, options) => ({
    adapters: state.adapters.map((known, position) => {
      const counts = observations.flat().filter((member) => member.position === position);
      return counts.length === 0 ? known : advance(known, counts, round, options);
    }),
  }),
};

async function observeModule(
  input: ModuleInput<PcbOptions>,
  { adapters }: PcbState,
  round: number,
  context: FusionContext,
): Promise<readonly MemberCounts[]> {
  const parts = await readEntries(input, context, (entries) => {
    const vectors = weigh(entries);
    const states = entries.map(({ member }) => adapters[member.position]!);
    const counted =
      round < 2
        ? vectors.map((values) => makeEntries(values.length, (i) => Math.abs(values[i]!)))
        : scoreEntries(
            vectors,
            states.map(({ tails }) => tails!),
            input.adapterCount,
          );
    return entries.map(({ member: { position, options } }, m): MemberCounts => {
      const values = counted[m]!;
      const counts = halvesOf(states[m]!, round).map((half) => [countKeys(values, half)]);
      return { position, size: values.length, density: options.density, counts, most: largestOf(values) };
    });
  });
  return parts.flat();
}

/** What a round counts by, for each order statistic that is sought. */
function halvesOf({ soughtTails, soughtScore }: AdapterState, round: number): readonly KeyHalf[] {
  if (round === 1) return soughtTails!.map(({ bin }) => ({ half: 'LOW', prefix: bin }));
  if (round === 3) return [{ half: 'LOW', prefix: soughtScore!.bin }];
  return [{ half: 'HIGH' }];
}

function advance(
  known: AdapterState,
  members: readonly MemberCounts[],
  round: number,
  { tail }: PcbOptions,
): AdapterState {
  const counts = (sought: number): readonly SparseCounts[] => members.flatMap((member) => member.counts[sought]!);
  const size = members.reduce((sum, member) => sum + member.size, 0);
  if (round === 0) {
    const [low, high] = tailRanks(size, tail);
    return { soughtTails: [locateIn(counts(0), low), locateIn(counts(0), high)] };
  }
  if (round === 1) {
    const [least, most] = known.soughtTails!.map(({ bin, rank }, i) => numberOfKey(bin, locateIn(counts(i), rank).bin));
    return { tails: { least: least!, most: most! } };
  }
  if (round === 2) {
    const most = members.reduce((largest, member) => Math.max(largest, member.most), -Infinity);
    return { ...known, soughtScore: { ...locateIn(counts(0), scoreRank(size, meanDensity(members, size))), most } };
  }
  const { bin, rank, most } = known.soughtScore!;
  return { ...known, range: { threshold: numberOfKey(bin, locateIn(counts(0), rank).bin), most } };
}

/** There is one threshold: where a schedule gives modules densities of their own, together they keep as many entries as they would apart. */
function meanDensity(members: readonly MemberCounts[], size: number): number {
  const [first] = members;
  if (members.every(({ density }) => density === first!.density)) return first!.density;
  return members.reduce((sum, member) => sum + member.density * member.size, 0) / size;
}

export function largestOf(values: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i += 1) if (values[i]! > largest) largest = values[i]!;
  return largest;
}
