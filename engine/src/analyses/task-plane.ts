import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { updateDelta } from '../models/calculus/update-deltas.js';
import {
  modelErrors,
  type LowRankUpdate,
  type LowRankUpdates,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { analysesErrors } from './errors.js';

/**
 * Where task vectors are added up:
 *
 * - DELTA: θ0 + Σ λ_j ΔW_j.
 * - FRAME: the same where all adapters have one A0: B = Σ λ_j B_j beside it. As exact, at half the work.
 * - FACTOR: φ0 + Σ λ_j (φ_j − φ0) in the factors, as the paper's code does with plain LoRA: B = Σ λ_j B_j, A = A0 + Σ λ_j (A_j − A0). Not linear in λ:
 *   the cross terms λ_i λ_j B_i (A_j − A0) are part of it.
 */
export type PlaneSpace = 'DELTA' | 'FRAME' | 'FACTOR';

export interface TaskPlaneOptions {
  readonly tf: TensorFlow;
  /** The base's weights on the backend; stay the caller's. */
  readonly base: WeightSource;
  readonly vectors: readonly LowRankUpdates[];
  readonly space: PlaneSpace;
  /** FACTOR: A0 by module; where left out, A is measured from zero. */
  readonly frame?: ReadonlyMap<string, Float32Array>;
}

/** The models θ0 + Σ λ_j τ_j. */
export interface TaskPlane {
  readonly space: PlaneSpace;
  /** Number of task vectors. */
  readonly dimensions: number;
  /** Whether some task vector changes the parameter of that name. */
  changes(parameter: string): boolean;
  /** Whether nothing of a linear layer but its weight is changed, and that by low-rank updates: what `along` knows. */
  isLowRank(module: string): boolean;
  /** Whether the weights are linear in λ, so that the output of a layer with an input that no vector changes is too. */
  readonly isLinear: boolean;
  /** x ΔW_jᵀ for rows x, in `tf.tidy`; undefined where vector j leaves the module alone. Only of a linear plane. */
  along(module: string, vector: number, x: Tensor): Tensor | undefined;
  /** The weights at a point; live until disposed. */
  at(coefficients: readonly number[]): WeightSource & { dispose(): void };
  dispose(): void;
}

/** ΔWᵀ(λ) = Σ parts; each part `left [in, R] · diag(λ) · right [R, out]` or, in FACTOR space, of sums. */
interface HeldModule {
  /** A_jᵀ `[in, r_j]`; one for all in FRAME space. */
  readonly aT: readonly Tensor2D[];
  /** s_j B_jᵀ `[r_j, out]` */
  readonly bT: readonly Tensor2D[];
  /** Which vector each entry of `bT` is of. */
  readonly owners: readonly number[];
  readonly originT?: Tensor2D;
}

/** A vector, an embedding or a bias: changed by dense tensors, one per task vector. */
interface HeldParameter {
  readonly transposed: boolean;
  readonly deltas: readonly { readonly vector: number; readonly delta: Tensor }[];
}

const isLinearWeight = ({ layout = 'LINEAR', parameter = 'WEIGHT' }: LowRankUpdate): boolean =>
  parameter === 'WEIGHT' && layout !== 'VECTOR' && layout !== 'EMBEDDING';

/** Puts the factors on the backend. @throws modelErrors.adapterMismatched, analysesErrors.vectorsInvalid */
export function createTaskPlane({ tf, base, vectors, space, frame }: TaskPlaneOptions): TaskPlane {
  const held = new Map<string, HeldModule>();
  const dense = new Map<string, HeldParameter>();
  const dispose = (): void => {
    for (const { aT, bT, originT } of held.values()) tf.dispose([...aT, ...bT, ...(originT ? [originT] : [])]);
    held.clear();
    for (const { deltas } of dense.values()) tf.dispose(deltas.map(({ delta }) => delta));
    dense.clear();
  };
  const linear = vectors.map((updates) => new Map([...updates].filter(([, update]) => isLinearWeight(update))));
  const others = vectors.map((updates) => new Map([...updates].filter(([, update]) => !isLinearWeight(update))));
  const names = new Set(linear.flatMap((updates) => [...updates.keys()]));
  try {
    for (const name of names) held.set(name, hold(tf, base, name, linear, space, frame?.get(name)));
    others.forEach((updates, vector) => {
      for (const [module, update] of updates) {
        if (space === 'FACTOR') {
          throw analysesErrors.vectorsInvalid({ module, got: 'no linear layer', expected: 'factors A and B' });
        }
        const { name, delta, transposed } = tf.tidy(() => {
          const made = updateDelta(tf, base, module, update);
          return { ...made, delta: tf.keep(made.delta.clone()) };
        });
        const known = dense.get(name)?.deltas ?? [];
        dense.set(name, { transposed, deltas: [...known, { vector, delta }] });
      }
    });
  } catch (error) {
    dispose();
    throw error;
  }
  const factorOf = (module: HeldModule, place: number): Tensor2D => module.aT[module.aT.length === 1 ? 0 : place]!;

  const changeAt = (module: HeldModule, coefficients: readonly number[]): Tensor | undefined => {
    const { aT, bT, owners, originT } = module;
    const scaled = (tensors: readonly Tensor2D[]): Tensor2D[] =>
      tensors.flatMap((tensor, place) => {
        const c = coefficients[owners[place]!]!;
        return c === 0 ? [] : [tf.mul(tensor, c) as Tensor2D];
      });
    const right = scaled(bT);
    if (right.length === 0) return undefined;
    const total = (tensors: readonly Tensor2D[]): Tensor2D =>
      tensors.length > 1 ? tf.addN([...tensors]) : tensors[0]!;
    if (space === 'FRAME') return tf.matMul(aT[0]!, total(right));
    if (space === 'DELTA') {
      const left = aT.filter((_, place) => coefficients[owners[place]!] !== 0);
      return tf.matMul(
        left.length > 1 ? tf.concat(left, 1) : left[0]!,
        right.length > 1 ? tf.concat(right, 0) : right[0]!,
      );
    }
    // A0 + Σ λ (A − A0)
    const left = scaled(aT.map((a) => (originT === undefined ? a : tf.sub(a, originT))));
    return tf.matMul(total(originT === undefined ? left : [...left, originT]), total(right));
  };

  return {
    space,
    dimensions: vectors.length,
    changes: (parameter) => dense.has(parameter) || held.has(parameter.replace(/\.weight$/, '')),
    isLowRank: (module) => held.has(module) && !dense.has(`${module}.bias`),
    isLinear: space !== 'FACTOR',
    along(module, vector, x) {
      const found = held.get(module);
      const place = found?.owners.indexOf(vector) ?? -1;
      if (found === undefined || place < 0) return undefined;
      return tf.matMul(tf.matMul(x as Tensor2D, factorOf(found, place)), found.bT[place]!);
    },
    at(coefficients) {
      const turned = new Map<string, Tensor>();
      const plain = new Map<string, Tensor>();
      tf.tidy(() => {
        for (const [name, module] of held) {
          const change = changeAt(module, coefficients);
          if (change === undefined) continue;
          turned.set(`${name}.weight`, tf.keep(tf.add(base.transposed(`${name}.weight`), change)));
        }
        for (const [name, { transposed, deltas }] of dense) {
          const start = transposed ? base.transposed(name) : base.matrix(name);
          const moved = deltas.reduce(
            (sum, { vector, delta }) => tf.add(sum, tf.mul(delta, coefficients[vector]!)),
            start,
          );
          (transposed ? turned : plain).set(name, tf.keep(moved));
        }
      });
      return {
        has: (name) => base.has(name),
        // Only forward passes use these weights, and of linear layers they read the transposed matrix.
        matrix: (name) => plain.get(name) ?? (turned.has(name) ? tf.transpose(turned.get(name)!) : base.matrix(name)),
        transposed: (name) =>
          turned.get(name) ?? (plain.has(name) ? tf.transpose(plain.get(name)!) : base.transposed(name)),
        dispose() {
          for (const tensor of [...turned.values(), ...plain.values()]) tensor.dispose();
        },
      };
    },
    dispose,
  };
}

function hold(
  tf: TensorFlow,
  base: WeightSource,
  module: string,
  vectors: readonly LowRankUpdates[],
  space: PlaneSpace,
  origin: Float32Array | undefined,
): HeldModule {
  const name = `${module}.weight`;
  if (!base.has(name)) {
    throw modelErrors.adapterMismatched({ module, got: 'the model has no such layer', expected: 'a linear layer' });
  }
  const [inputs, outputs] = base.transposed(name).shape as [number, number];
  const owners = vectors.flatMap((updates, vector) => (updates.has(module) ? [vector] : []));
  const updates = owners.map((vector) => vectors[vector]!.get(module)!);
  for (const { a, b, rank } of updates) {
    if (a.length === rank * inputs && b.length === outputs * rank) continue;
    const got = `A of ${a.length} and B of ${b.length} entries at rank ${rank}`;
    throw modelErrors.adapterMismatched({ module, got, expected: `A [r, ${inputs}] and B [${outputs}, r]` });
  }
  const [first] = updates;
  const rank = first!.rank;
  const ranks = updates.map((update) => update.rank);
  const isShared = updates.every(
    ({ a }) => a.length === first!.a.length && a.every((value, i) => value === first!.a[i]),
  );
  if (space === 'FRAME' && !isShared) {
    throw analysesErrors.vectorsInvalid({ module, got: 'adapters with A of their own', expected: 'one A for all' });
  }
  const expected = origin === undefined ? rank : origin.length / inputs;
  if (space === 'FACTOR' && ranks.some((own) => own !== expected)) {
    throw analysesErrors.vectorsInvalid({
      module,
      got: `ranks ${ranks.join(', ')}`,
      expected: `rank ${expected} of each`,
    });
  }
  const kept = (values: Float32Array, rows: number, columns: number, factor = 1): Tensor2D =>
    tf.tidy(() => tf.keep(tf.mul(tf.transpose(tf.tensor2d(values.slice(), [rows, columns], 'float32')), factor)));
  const all = updates.map(
    ({ a, rank: own }) =>
      () =>
        kept(a, own, inputs),
  );
  return {
    owners,
    aT: (space === 'FRAME' ? all.slice(0, 1) : all).map((make) => make()),
    bT: updates.map(({ b, rank: own, scale }) => kept(b, outputs, own, scale)),
    ...(space === 'FACTOR' && origin !== undefined && { originT: kept(origin, rank, inputs) }),
  };
}

/** FRAME where all adapters have the same modules, and in each of them one A; DELTA otherwise. */
export function spaceOf(vectors: readonly LowRankUpdates[]): 'FRAME' | 'DELTA' {
  const [first, ...others] = vectors;
  const isShared = others.every((updates) =>
    [...updates].every(([name, { a }]) => {
      const own = first!.get(name)?.a;
      return own !== undefined && own.length === a.length && own.every((value, i) => value === a[i]);
    }),
  );
  return isShared && others.every((updates) => updates.size === first!.size) ? 'FRAME' : 'DELTA';
}
