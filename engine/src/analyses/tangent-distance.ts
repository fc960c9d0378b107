import { setImmediate } from 'node:timers/promises';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { layerOf } from '../diagnostics/index.js';
import {
  createDual,
  createEvaluator,
  modelErrors,
  type Calculus,
  type Dual,
  type DualTerm,
  type LowRankTerm,
  type LowRankUpdates,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import { checkWork } from './grid.js';
import type { Subject } from './subject.js';

/**
 * What is linearized.
 *
 * - FRAME: the factors, around φ0 = (A0, 0): the tangent of a module is s ΔB A0, and of the network f(φ0) + J_φ f(φ0) (φ − φ0).
 * - WEIGHTS: the weights, around W, where no frame is known: a layer is linear in its own weight, so that only the network has a tangent of its own.
 */
export type TangentReference = 'FRAME' | 'WEIGHTS';

/** ‖f − tangent‖ / ‖f − f0‖ over all rows looked at: 0 on the tangent, 1 as far from it as from the start; null where f does not move. */
export type TangentRatio = number | null;

export interface ModuleTangent {
  readonly module: string;
  /** The layer's own tangent, at the inputs that it gets in the adapted model. */
  readonly own: TangentRatio;
  /** The tangent of the whole network, at this layer's output. */
  readonly network: TangentRatio;
  /** ‖f − f0‖ / ‖f0‖ at this layer's output. */
  readonly change: number;
}

export interface PlaceTangent {
  /** The tangent of the whole network. */
  readonly network: TangentRatio;
  /** The network whose adapted layers are each linearized (L-LoRA's). */
  readonly moduleWise: TangentRatio;
  readonly change: number;
}

export interface LayerTangent extends PlaceTangent {
  readonly stack: string;
  readonly index: number;
}

export interface OutputTangent extends PlaceTangent {
  /** Share of examples with the prediction of the adapted model, and accuracy on the labels. */
  readonly models: Readonly<
    Record<'base' | 'adapted' | 'network' | 'moduleWise', { readonly agreement: number; readonly accuracy: number }>
  >;
}

export interface TangentDistance {
  readonly reference: TangentReference;
  readonly examples: number;
  /** By name. */
  readonly modules: readonly ModuleTangent[];
  /** Outputs of the layers, in the order of the forward pass. */
  readonly layers: readonly LayerTangent[];
  readonly output: OutputTangent;
}

export interface TangentDistanceOptions {
  readonly tf: TensorFlow;
  /** The base's weights on the backend; stay the caller's. */
  readonly base: WeightSource;
  readonly updates: LowRankUpdates;
  /** A0 by module; absent: WEIGHTS. */
  readonly frame?: ReadonlyMap<string, Float32Array> | undefined;
  readonly subject: Subject;
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Small: the tangent's pass keeps two of everything. */
const BATCH_SIZE = 32;

/** What a model moves by, relative to what it gives, is rounding of float32 below this. */
const ROUNDING = 4e-6;

/** Sums of squares over all rows so far. */
class Distances {
  #network = 0;
  #moduleWise = 0;
  #moved = 0;
  #start = 0;

  add(sums: { readonly network: number; readonly moduleWise: number; readonly moved: number; readonly start: number }) {
    this.#network += sums.network;
    this.#moduleWise += sums.moduleWise;
    this.#moved += sums.moved;
    this.#start += sums.start;
  }
  #ratio(error: number): TangentRatio {
    return this.#moved > ROUNDING ** 2 * this.#start ? Math.sqrt(error / this.#moved) : null;
  }
  get place(): PlaceTangent {
    return {
      network: this.#ratio(this.#network),
      moduleWise: this.#ratio(this.#moduleWise),
      change: Math.sqrt(this.#moved / (this.#start || 1)),
    };
  }
}

/** What one pass shows: outputs of adapted layers by name, of the model's layers in order, and of the model. */
interface Observed {
  readonly modules: Map<string, Tensor>;
  readonly layers: { readonly stack: string; readonly index: number; readonly value: Tensor }[];
  output?: Tensor;
}

interface HeldTerm {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly zero: Tensor;
  /** A0; A itself in WEIGHTS. */
  readonly origin: Tensor;
  readonly scale: number;
}

/**
 * How far an adapter is from its tangent, layer by layer and at the model's output, over all examples of a task: what linearizing it would leave out.
 * Module-wise 0 for L-LoRA, which is its own tangent. Values in float32 on the backend, squares summed in float64.
 *
 * @throws analysesErrors, modelErrors
 */
export async function tangentDistance(options: TangentDistanceOptions): Promise<TangentDistance> {
  const { tf, base, updates, frame, subject, batchSize = BATCH_SIZE, signal, onProgress } = options;
  checkWork(4, [subject]);
  const held = holdTerms(tf, base, updates, frame);
  try {
    const names = [...held.keys()];
    const terms = (make: (term: HeldTerm) => LowRankTerm & DualTerm) =>
      new Map(names.map((name) => [name, [make(held.get(name)!)]] as const));
    const adapted = terms(({ a, b, scale }) => ({ a, b, scale }));
    const linearized = terms(({ origin, b, scale }) => ({ a: origin, b, scale }));
    const tangent = terms(({ origin, b, zero, scale }) => ({ a: origin, b: zero, scale, directionOfB: b }));
    const own = new Map(names.map((name) => [name, new Distances()]));
    const modules = new Map(names.map((name) => [name, new Distances()]));
    const layers = new Map<string, { readonly stack: string; readonly index: number; readonly sums: Distances }>();
    const output = new Distances();
    const counts = { base: [0, 0], adapted: [0, 0], network: [0, 0], moduleWise: [0, 0] };

    for (let begin = 0; begin < subject.count; begin += batchSize) {
      await setImmediate();
      signal?.throwIfAborted();
      const count = Math.min(batchSize, subject.count - begin);
      const squares = new Squares(tf);
      const outputs = tf.tidy(() => {
        const value = (x: Tensor): readonly Tensor[] => [x];
        const f = observe(createEvaluator(tf, base, adapted), held, tf, value, (name, x) => {
          // s B (A − A0) x and s B A x, at the inputs of the adapted model.
          const { a, b, origin, scale } = held.get(name)!;
          const path = (from: Tensor): Tensor => lowRank(tf, x, from, b, scale);
          squares.own(name, path(tf.sub(a, origin)), path(a));
        });
        f.seen.output = subject.forward(f.calculus, begin, count);
        const m = observe(createEvaluator(tf, base, linearized), held, tf, value);
        m.seen.output = subject.forward(m.calculus, begin, count);
        const d = observe(createDual(tf, base, { terms: tangent }), held, tf, ({ value, tangent: slope }: Dual) => [
          value,
          slope ?? tf.zerosLike(value),
        ]);
        const last = subject.forward(d.calculus, begin, count);
        const slope = last.tangent ?? tf.zerosLike(last.value);
        for (const [name, adaptedOutput] of f.seen.modules) {
          const [start, direction] = d.pairs.modules.get(name)!;
          squares.place(`module/${name}`, adaptedOutput, start!, direction!, m.seen.modules.get(name)!);
        }
        f.seen.layers.forEach(({ stack, index, value: layer }, position) => {
          const [start, direction] = d.pairs.layers[position]!;
          const key = `layer/${position}`;
          squares.place(key, layer, start!, direction!, m.seen.layers[position]!.value);
          if (!layers.has(key)) layers.set(key, { stack, index, sums: new Distances() });
        });
        squares.place('output', f.seen.output, last.value, slope, m.seen.output);
        for (const tensor of [...f.kept, ...m.kept, ...d.kept]) tensor.dispose();
        return {
          adapted: f.seen.output.clone(),
          moduleWise: m.seen.output.clone(),
          base: last.value.clone(),
          network: tf.add(last.value, slope),
        };
      });
      const sums = await squares.read();
      for (const [key, sum] of sums) {
        if (key === 'output') output.add(sum);
        else if (key.startsWith('layer/')) layers.get(key)!.sums.add(sum);
        else if (key.startsWith('module/')) modules.get(key.slice('module/'.length))!.add(sum);
        else own.get(key.slice('own/'.length))!.add(sum);
      }
      const answers = new Map<string, ReturnType<Subject['answer']>>();
      for (const [name, tensor] of Object.entries(outputs)) {
        answers.set(name, subject.answer(await tensor.data<'float32'>(), begin));
        tensor.dispose();
      }
      for (const [name, total] of Object.entries(counts)) {
        const { predictions, outcomes } = answers.get(name)!;
        predictions.forEach((prediction, i) => {
          if (prediction === answers.get('adapted')!.predictions[i]) total[0]! += 1;
          total[1]! += outcomes[i]!;
        });
      }
      onProgress?.(begin + count, subject.count);
    }
    const shares = ([agreement, correct]: readonly number[]) => ({
      agreement: agreement! / subject.count,
      accuracy: correct! / subject.count,
    });
    return {
      reference: frame === undefined ? 'WEIGHTS' : 'FRAME',
      examples: subject.count,
      modules: names.map((module) => {
        const { network, change } = modules.get(module)!.place;
        return { module, own: own.get(module)!.place.moduleWise, network, change };
      }),
      layers: [...layers.values()].map(({ stack, index, sums }) => ({ stack, index, ...sums.place })),
      output: {
        ...output.place,
        models: {
          base: shares(counts.base),
          adapted: shares(counts.adapted),
          network: shares(counts.network),
          moduleWise: shares(counts.moduleWise),
        },
      },
    };
  } finally {
    for (const { a, b, zero, origin } of held.values()) tf.dispose([a, b, zero, origin]);
  }
}

const lowRank = (tf: TensorFlow, x: Tensor, a: Tensor, b: Tensor, scale: number): Tensor =>
  tf.matMul(tf.matMul(x as Tensor2D, tf.transpose(a) as Tensor2D), tf.transpose(tf.mul(b, scale)) as Tensor2D);

function holdTerms(
  tf: TensorFlow,
  base: WeightSource,
  updates: LowRankUpdates,
  frame: ReadonlyMap<string, Float32Array> | undefined,
): Map<string, HeldTerm> {
  const held = new Map<string, HeldTerm>();
  for (const [module, { a, b, rank, scale }] of [...updates].sort(([x], [y]) => (x < y ? -1 : 1))) {
    const name = `${module}.weight`;
    const expectedOf = (inputs: number, outputs: number): string =>
      `A [${rank}, ${inputs}] and B [${outputs}, ${rank}]`;
    if (!base.has(name)) {
      throw modelErrors.adapterMismatched({ module, got: 'the model has no such layer', expected: 'a linear layer' });
    }
    const [outputs, inputs] = base.matrix(name).shape as [number, number];
    const origin = frame === undefined ? a : frame.get(module);
    if (a.length !== rank * inputs || b.length !== outputs * rank || origin?.length !== a.length) {
      const got = `A of ${a.length}, B of ${b.length} and A0 of ${origin?.length ?? 0} entries`;
      throw modelErrors.adapterMismatched({ module, got, expected: expectedOf(inputs, outputs) });
    }
    const matrix = (values: Float32Array, rows: number, columns: number): Tensor =>
      tf.tensor2d(values.slice(), [rows, columns], 'float32');
    held.set(module, {
      a: matrix(a, rank, inputs),
      b: matrix(b, outputs, rank),
      zero: matrix(new Float32Array(b.length), outputs, rank),
      origin: matrix(origin, rank, inputs),
      scale,
    });
  }
  return held;
}

/** An interpretation that also shows what the adapted layers and the model's layers give. What is shown lives until it is disposed of. */
function observe<V>(
  calculus: Calculus<V>,
  adapted: ReadonlyMap<string, unknown>,
  tf: TensorFlow,
  tensorsOf: (value: V) => readonly Tensor[],
  onInput: (name: string, x: V) => void = () => undefined,
) {
  const seen: Observed = { modules: new Map(), layers: [] };
  const pairs = { modules: new Map<string, readonly Tensor[]>(), layers: [] as (readonly Tensor[])[] };
  const kept: Tensor[] = [];
  const keep = (value: V): readonly Tensor[] =>
    tensorsOf(value).map((tensor) => {
      const clone = tf.keep(tensor.clone());
      kept.push(clone);
      return clone;
    });
  let depth = 0;
  let inside: string | undefined;
  const observing: Calculus<V> = {
    ...calculus,
    linear(name, x) {
      inside ??= name;
      if (adapted.has(name)) onInput(name, x);
      const y = calculus.linear(name, x);
      if (adapted.has(name)) {
        const tensors = keep(y);
        seen.modules.set(name, tensors[0]!);
        pairs.modules.set(name, tensors);
      }
      return y;
    },
    scope(compute) {
      if (depth === 0) inside = undefined;
      depth += 1;
      let result: V | undefined;
      tf.tidy(() => {
        result = compute();
        return [...tensorsOf(result)];
      });
      depth -= 1;
      const layer = depth === 0 && inside !== undefined ? layerOf(inside) : undefined;
      if (layer !== undefined) {
        const tensors = keep(result!);
        seen.layers.push({ ...layer, value: tensors[0]! });
        pairs.layers.push(tensors);
      }
      return result!;
    },
  };
  return { calculus: observing, seen, pairs, kept };
}

/** Sums of squares that are computed on the backend row by row, and summed in float64 when they are read. */
class Squares {
  readonly #tf: TensorFlow;
  readonly #rows = new Map<string, readonly Tensor[]>();

  constructor(tf: TensorFlow) {
    this.#tf = tf;
  }

  /** A layer's own tangent: the tangent's error and the move. */
  own(name: string, error: Tensor, move: Tensor): void {
    this.#rows.set(`own/${name}`, [this.#of(error), this.#of(error), this.#of(move), this.#of(move)]);
  }

  place(key: string, value: Tensor, start: Tensor, slope: Tensor, moduleWise: Tensor): void {
    const tf = this.#tf;
    const sums = tf.tidy(() => {
      const move = tf.sub(value, start);
      return [tf.sub(move, slope), tf.sub(value, moduleWise), move, start].map((tensor) => this.#of(tensor));
    });
    this.#rows.set(key, sums);
  }

  async read(): Promise<ReadonlyMap<string, { network: number; moduleWise: number; moved: number; start: number }>> {
    const sums = new Map<string, { network: number; moduleWise: number; moved: number; start: number }>();
    for (const [key, tensors] of this.#rows) {
      const values: number[] = [];
      for (const tensor of tensors) {
        values.push((await tensor.data<'float32'>()).reduce((sum, value) => sum + value, 0));
        tensor.dispose();
      }
      const [network, moduleWise, moved, start] = values as [number, number, number, number];
      sums.set(key, { network, moduleWise, moved, start });
    }
    return sums;
  }

  #of(tensor: Tensor): Tensor {
    return this.#tf.tidy(() => this.#tf.keep(this.#tf.sum(this.#tf.square(tensor), 1)));
  }
}
