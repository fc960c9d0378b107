import { countMagnitudes, countSparsely, SPARSE_LENGTH, sumElectedSigns } from '@crucible/engine/kernels';
import type { AdapterVectors, ModuleVectors } from './adapter-vectors.js';
import { compactCounts, type CompactCounts } from './compact-counts.js';
import { disjointRule } from './disjoint-rule.js';
import type { TiesState } from './global-state.js';
import { cutsOfMember } from './module-cuts.js';
import type { TiesOptions } from './options.js';
import { densityOf, type SurveyStep } from './survey-steps.js';

export interface MemberCounts {
  readonly position: number;
  readonly size: number;
  /** Of this adapter in this module. */
  readonly density: number;
  readonly counts: CompactCounts;
}

/** What one module adds to the survey. Structured-cloneable. */
export interface TiesObservation {
  readonly index: number;
  readonly members: readonly MemberCounts[];
  readonly signSum: number;
}

export function observeModule(
  input: ModuleVectors,
  state: TiesState,
  step: SurveyStep,
  options: TiesOptions,
): TiesObservation {
  const { index, members } = input;
  if (step === 'SIGNS') return { index, members: [], signSum: signSumOf(input, state, options) };
  return { index, members: members.map((member) => countMember(member, state, step, options)), signSum: 0 };
}

function countMember(
  { position, vectors, options: own }: AdapterVectors,
  state: TiesState,
  step: 'HIGH' | 'LOW',
  options: TiesOptions,
): MemberCounts {
  const size = vectors.reduce((sum, values) => sum + values.length, 0);
  const [round, prefix] =
    step === 'HIGH' ? ([0, 0] as const) : ([1, state.adapters[position]?.high?.bin ?? -1] as const);
  const density = densityOf(own ?? options, position);
  const [only] = vectors;
  if (only !== undefined && vectors.length === 1 && size <= SPARSE_LENGTH) {
    const { bins, counts } = countSparsely(only, round, prefix);
    return { position, size, density, counts: { first: bins[0] ?? 0, bins, counts } };
  }
  const counts = vectors.map((values) => countMagnitudes(values, round, prefix));
  const total = counts[0] ?? new Uint32Array(0);
  for (const other of counts.slice(1)) for (let bin = 0; bin < total.length; bin += 1) total[bin]! += other[bin]!;
  return { position, size, density, counts: compactCounts(total) };
}

function signSumOf(input: ModuleVectors, state: TiesState, options: TiesOptions): number {
  const { members } = input;
  const rule = disjointRule(options, state);
  const cuts = members.map((member) => cutsOfMember(member, input, state, options));
  return members[0]!.vectors.reduce((sum, _, v) => {
    const voters = members.map(({ weight }, m) => ({ weight, cut: cuts[m]![v]! }));
    return (
      sum +
      sumElectedSigns(
        members.map(({ vectors }) => vectors[v]!),
        voters,
        rule,
      )
    );
  }, 0);
}
