import { countMagnitudes, KEEP_ALL, KEEP_NONE, splitBits, type MagnitudeCut } from '@crucible/engine/kernels';
import type { AdapterVectors } from './adapter-vectors.js';
import { tiesErrors } from './errors.js';
import type { TiesState } from './global-state.js';
import type { TiesOptions } from './options.js';
import { resolveOptions } from './presets.js';
import { densityOf } from './survey-steps.js';
import { cutTensor, planTrim } from './trim-plan.js';

/** The cut that holds for all of an adapter's vectors, where it is known without looking at them. */
export function sharedCut(
  { position, options: own }: Pick<AdapterVectors, 'position' | 'options'>,
  state: TiesState,
  options: TiesOptions,
): MagnitudeCut | undefined {
  const density = densityOf(own ?? options, position);
  if (resolveOptions(options).trimScope === 'TENSOR') return density >= 1 ? KEEP_ALL : undefined;
  const { plan, cut, equals } = state.adapters[position] ?? {};
  if (plan?.kind === 'NONE') return KEEP_NONE;
  if (cut === undefined) {
    // All densities of the run are 1, so that nothing was surveyed; a schedule that then lowers one must not be dropped in silence.
    if (plan === undefined && density < 1) throw tiesErrors.densityNotSurveyed({ density });
    return KEEP_ALL;
  }
  return equals === undefined ? cut : undefined;
}

/** What the trim keeps of each of an adapter's vectors of one module: by the survey's thresholds, or tensor by tensor. */
export function cutsOfMember(
  member: AdapterVectors,
  module: { readonly module: string; readonly index: number },
  state: TiesState,
  options: TiesOptions,
): readonly MagnitudeCut[] {
  const { position, vectors, options: own } = member;
  const shared = sharedCut(member, state, options);
  if (shared !== undefined) return vectors.map(() => shared);
  const { cut, equals } = state.adapters[position] ?? {};
  if (cut !== undefined) return shareEquals(vectors, cut.bits, equals?.[module.index] ?? 0);
  const density = densityOf(own ?? options, position);
  const subject = `a tensor of module "${module.module}"`;
  return vectors.map((values) =>
    cutTensor(values, planTrim({ subject, size: values.length, density }, resolveOptions(options))),
  );
}

/** A module's entries that equal the threshold go to its vectors in their order. */
function shareEquals(vectors: readonly Float32Array[], bits: number, allowed: number): readonly MagnitudeCut[] {
  const { high, low } = splitBits(bits);
  let left = allowed;
  return vectors.map((values) => {
    const equals = left === 0 ? 0 : Math.min(left, countMagnitudes(values, 1, high)[low]!);
    left -= equals;
    return { bits, equals };
  });
}
