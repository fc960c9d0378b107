import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { createEvaluator, type Calculus, type TensorFlow, type WeightSource } from '../models/index.js';
import type { SharedSummary } from './model-plane.js';
import type { TaskPlane } from './task-plane.js';

/**
 * A value of one batch as it depends on the point λ: not at all; as c0 + Σ λ_j c_j, exactly; or in whatever way. The first two are computed once for all
 * points and remembered under `slot`.
 */
class SharedValue {
  constructor(
    readonly kind: 'CONSTANT' | 'AFFINE' | 'VARYING',
    /** CONSTANT and AFFINE: where it is remembered. */
    readonly slot: number,
    /** VARYING: the value at the present point. */
    readonly value?: Tensor,
  ) {}
}

/** `[c0, c1, …]`, undefined where a vector has no part in it. */
interface Slot {
  readonly parts: readonly (Tensor | undefined)[];
  /** Whether a varying operation reads it: only then it is kept after the first point. */
  read: boolean;
}

/** One batch of examples at any number of points of a plane. */
export interface SharedBatch {
  /** `compute` gets an interpretation at the point; its result lives in the surrounding `tf.tidy`. */
  at(
    weights: WeightSource,
    coefficients: readonly number[],
    compute: (calculus: Calculus<SharedValue>) => SharedValue,
  ): Tensor;
  /** What of the first point was found to be equal at, or linear over, all points. */
  readonly summary: SharedSummary;
  dispose(): void;
}

/** Operations that are linear, without a constant term, in these of their arguments while the others do not depend on λ. */
const LINEAR_IN: Readonly<Record<string, readonly (readonly number[])[]>> = {
  add: [[0, 1]],
  multiply: [[0], [1]],
  attention: [[2]],
  firstRows: [[0]],
  linearWith: [[1]],
  pickRows: [[0]],
  pickColumns: [[0]],
  meanRows: [[0]],
  scale: [[0]],
  rotate: [[0]],
};

type Operations = Readonly<Record<string, (...args: readonly unknown[]) => Tensor>>;

/**
 * The models of a plane on one batch, in such a way that nothing is computed twice: a value that no task vector reaches is computed at the first point and
 * kept; one that is linear in λ (the output of an adapted layer whose input is constant, and what linear operations make of it) is computed once per vector
 * and added up at each point; the rest is evaluated with the weights of the point. Equal to the plain evaluator to float32 rounding, whatever the model:
 * operations that are not known here are taken to depend on λ in any way as soon as an argument does.
 *
 * Every pass over a batch must perform the same operations in the same order, as a model's forward pass does.
 */
export function createSharedBatch(tf: TensorFlow, base: WeightSource, plane: TaskPlane): SharedBatch {
  const plain = createEvaluator(tf, base);
  const slots: Slot[] = [];
  const counts = { constant: 0, linear: 0, varying: 0 };
  const linearModules: string[] = [];
  let recorded = false;

  const keep = (tensor: Tensor): Tensor => tf.keep(tensor.clone());
  const dropUnread = (): void => {
    for (const slot of slots) if (!slot.read) dropSlot(slot);
  };
  const dropSlot = ({ parts }: Slot): void => {
    for (const part of parts) if (part && !part.isDisposed) part.dispose();
  };

  return {
    at(weights, coefficients, compute) {
      const present = createEvaluator(tf, weights);
      let next = 0;

      const remember = (kind: 'CONSTANT' | 'AFFINE', parts: () => readonly (Tensor | undefined)[]): SharedValue => {
        const slot = next;
        next += 1;
        if (!recorded) {
          slots.push({ parts: tf.tidy(() => parts().map((part) => part && keep(part))), read: false });
          counts[kind === 'CONSTANT' ? 'constant' : 'linear'] += 1;
        }
        return new SharedValue(kind, slot);
      };
      const vary = (value: Tensor): SharedValue => {
        if (!recorded) counts.varying += 1;
        return new SharedValue('VARYING', -1, value);
      };
      const constantOf = (value: SharedValue): Tensor => slots[value.slot]!.parts[0]!;
      /** The value at the present point. */
      const read = (shared: SharedValue): Tensor => {
        if (shared.kind === 'VARYING') return shared.value!;
        const slot = slots[shared.slot]!;
        slot.read = true;
        const [constant, ...slopes] = slot.parts;
        return slopes.reduce<Tensor>((sum, slope, vector) => {
          const c = coefficients[vector]!;
          return slope === undefined || c === 0 ? sum : tf.add(sum, tf.mul(slope, c));
        }, constant!);
      };

      const alongOf = (name: string, x: SharedValue): SharedValue =>
        remember('AFFINE', () => [
          plain.linear(name, constantOf(x)),
          ...coefficients.map((_, vector) => plane.along(name, vector, constantOf(x))),
        ]);
      /** W x + b of x = c0 + Σ λ_j c_j: the bias once. */
      const linearOf = (name: string, x: SharedValue): SharedValue =>
        remember('AFFINE', () => {
          const [constant, ...slopes] = slots[x.slot]!.parts;
          const weight = base.transposed(`${name}.weight`) as Tensor2D;
          return [
            plain.linear(name, constant!),
            ...slopes.map((slope) => slope && tf.matMul(slope as Tensor2D, weight)),
          ];
        });

      const apply = (operation: string, args: readonly unknown[]): SharedValue => {
        const values = args.flatMap(sharedIn);
        const [name] = args;
        const weight = typeof name === 'string' && plane.changes(`${name}.weight`);
        const touched = weight || (typeof name === 'string' && (plane.changes(name) || plane.changes(`${name}.bias`)));
        const run = (calculus: Calculus<Tensor>, replace: (value: SharedValue) => Tensor): Tensor =>
          (calculus as unknown as Operations)[operation]!(...args.map((arg) => substitute(arg, replace)));
        if (!touched && values.every(({ kind }) => kind === 'CONSTANT')) {
          return remember('CONSTANT', () => [run(plain, constantOf)]);
        }
        if (plane.isLinear && operation === 'linear') {
          const x = args[1] as SharedValue;
          if (plane.isLowRank(String(name)) && x.kind === 'CONSTANT') {
            if (!recorded) linearModules.push(String(name));
            return alongOf(String(name), x);
          }
          if (!touched && x.kind === 'AFFINE') return linearOf(String(name), x);
        }
        const places = args.flatMap((arg, place) => (isAffine(arg) ? [place] : []));
        const isLinear =
          !touched &&
          places.length > 0 &&
          values.every(({ kind }) => kind !== 'VARYING') &&
          // An affine value inside of another argument, such as a bias of attention, is not among the places.
          values.filter(({ kind }) => kind === 'AFFINE').length === places.length &&
          LINEAR_IN[operation]?.some((own) => places.every((place) => own.includes(place)));
        if (!isLinear) return vary(run(present, read));
        return remember('AFFINE', () => {
          const vectors = coefficients.map((_, vector) => {
            const reached = places.filter((place) => slots[(args[place] as SharedValue).slot]!.parts[1 + vector]);
            if (reached.length === 0) return undefined;
            const slopeOf = (value: SharedValue): Tensor => slots[value.slot]!.parts[1 + vector]!;
            // A sum with a part that the vector does not reach is the other part.
            if (operation === 'add' && reached.length === 1) return slopeOf(args[reached[0]!] as SharedValue);
            return run(plain, (value) => (value.kind === 'AFFINE' ? slopeOf(value) : constantOf(value)));
          });
          return [run(plain, constantOf), ...vectors];
        });
      };

      const scope = (inner: () => SharedValue): SharedValue => {
        let result: SharedValue | undefined;
        tf.tidy(() => {
          result = inner();
          return result.value ?? [];
        });
        return result!;
      };
      // Whatever operations the interface has, now or later, are interpreted by the same rule.
      const calculus = new Proxy({} as Calculus<SharedValue>, {
        get: (_, operation) => {
          if (operation === 'scope') return scope;
          if (operation === 'constant') return (value: Tensor) => remember('CONSTANT', () => [value]);
          if (!(operation in plain)) return undefined;
          return (...args: readonly unknown[]) => apply(String(operation), args);
        },
      });
      const output = read(compute(calculus));
      if (!recorded) dropUnread();
      recorded = true;
      return output;
    },
    get summary(): SharedSummary {
      const linearity = counts.linear > 0 ? 'LAYERS' : 'NONE';
      return { ...counts, linearModules, linearity };
    },
    dispose() {
      for (const slot of slots) dropSlot(slot);
    },
  };
}

const isAffine = (arg: unknown): boolean => arg instanceof SharedValue && arg.kind === 'AFFINE';

const isPlain = (arg: unknown): arg is Readonly<Record<string, unknown>> =>
  typeof arg === 'object' && arg !== null && Object.getPrototypeOf(arg) === Object.prototype;

/** Values among the arguments: themselves, in a list, or as a property, such as the bias of an attention. */
function sharedIn(arg: unknown): readonly SharedValue[] {
  if (arg instanceof SharedValue) return [arg];
  if (Array.isArray(arg)) return arg.flatMap(sharedIn);
  return isPlain(arg) ? Object.values(arg).flatMap(sharedIn) : [];
}

function substitute(arg: unknown, replace: (value: SharedValue) => Tensor): unknown {
  if (arg instanceof SharedValue) return replace(arg);
  if (Array.isArray(arg))
    return arg.some((each) => sharedIn(each).length > 0) ? arg.map((each) => substitute(each, replace)) : arg;
  if (!isPlain(arg) || sharedIn(arg).length === 0) return arg;
  return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, substitute(value, replace)]));
}
