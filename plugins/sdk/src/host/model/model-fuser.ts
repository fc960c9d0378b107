import { multiply, createMatrix } from '@crucible/engine/algebra';
import { floatBytes } from '@crucible/engine/checkpoints';
import { isCrucibleError } from '@crucible/engine/errors';
import type { FloatStream, FloatStreams } from '@crucible/engine/kernels';
import { viewBytes } from '@crucible/engine/tensors';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionContext, TensorFlow } from '../../contract/context.js';
import type { ModuleFactors, ModuleInput, ModuleOutput, ModuleStrategy } from '../../contract/strategy.js';
import { pluginErrors, strategyFailed } from '../../errors.js';
import { withTensorScope } from '../fusion/with-tensor-scope.js';
import { modelErrors } from './model-errors.js';
import type { FusedPart, StoredNumbers, TensorPart } from './model-task.js';
import type { PieceCombiner } from './piece-combiner.js';
import type { StoredReader } from './stored-reader.js';

/** What does not change from tensor to tensor. */
export interface ModelFuserSetup {
  readonly strategy: ModuleStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly weights: readonly number[];
  readonly digests: readonly string[];
  readonly norms: boolean;
  readonly tf: TensorFlow;
  readonly context: FusionContext;
}

const OF_MODELS: ReadonlySet<string> = new Set([modelErrors.notFinite.entry.code, modelErrors.noFactors.entry.code]);

type Options = Readonly<Record<string, unknown>>;

/** Numbers that are read at a time while a dense task vector is made. */
const PIECE = 1 << 20;

/** Rank 0 says that there are none. Whoever looks at them is refused: empty factors would be taken for a task vector of zero. */
function noFactors(strategy: string): ModuleFactors {
  const refuse = (): never => {
    throw modelErrors.noFactors({ strategy });
  };
  return {
    rank: 0,
    scale: 1,
    get a() {
      return refuse();
    },
    get b() {
      return refuse();
    },
  };
}

/** Fuses parts of models in this thread. The result of a part depends on that part, the setup and the state alone. */
export class ModelFuser {
  readonly #setup: ModelFuserSetup;
  readonly #streams: FloatStreams;
  readonly #reader: StoredReader;

  constructor(setup: ModelFuserSetup, { streams, reader }: Pick<PieceCombiner, 'streams' | 'reader'>) {
    this.#setup = setup;
    this.#streams = streams;
    this.#reader = reader;
  }

  async observe(part: TensorPart, state: unknown, round: number): Promise<unknown> {
    const { strategy, context } = this.#setup;
    let observation: unknown;
    await this.#visit(part, async (input) => {
      const step = `survey round ${round + 1}`;
      observation = await this.#call(step, part, () => strategy.survey!.observe(input, state, round, context));
    });
    return observation;
  }

  async fuse(part: TensorPart, state: unknown): Promise<FusedPart> {
    const { strategy, context } = this.#setup;
    let fused: FusedPart | undefined;
    await this.#visit(part, async (input, vectors) => {
      const output = await this.#call('fuseModule', part, () => strategy.fuseModule(input, state, context));
      fused = await this.#finish(part, output, vectors);
    });
    return fused!;
  }

  async #visit(
    part: TensorPart,
    work: (input: ModuleInput<Options>, vectors: DenseVectors) => Promise<void>,
  ): Promise<void> {
    const { tf } = this.#setup;
    await this.#reader.open(new Set([part.base.path, ...part.models.map(({ path }) => path)]));
    await withTensorScope(tf, async () => {
      const vectors = new DenseVectors(part, tf, this.#streams, this.#reader);
      await work(this.#inputOf(part, vectors), vectors);
      vectors.dispose();
    });
  }

  #inputOf(part: TensorPart, vectors: DenseVectors): ModuleInput<Options> {
    const { module, index, count, rows, columns, models, settings } = part;
    const { digests, strategy } = this.#setup;
    const { options, weights } = settings ?? this.#setup;
    const factors = noFactors(strategy.id);
    return {
      module,
      index,
      count,
      space: 'DELTA',
      outFeatures: rows,
      inFeatures: columns,
      options,
      get base() {
        return vectors.base();
      },
      members: models.map((_, position) => ({
        position,
        digest: digests[position]!,
        weight: weights[position]!,
        options: settings?.adapterOptions[position] ?? options,
        factors,
        get vectors() {
          return [vectors.of(position)];
        },
      })),
      adapterCount: weights.length,
      weights,
    };
  }

  async #call<T>(step: string, { module }: TensorPart, work: () => Promise<T> | T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#setup.context.signal.throwIfAborted();
      // What is wrong with a model is not the strategy's fault.
      if (isCrucibleError(error) && OF_MODELS.has(error.code)) throw error;
      throw strategyFailed(this.#setup.strategy, step, error, module);
    }
  }

  async #finish(part: TensorPart, output: ModuleOutput, vectors: DenseVectors): Promise<FusedPart> {
    const { rows, columns } = part;
    const invalid = (problem: string): Error =>
      pluginErrors.invalidOutput({ strategy: this.#setup.strategy.id, module: part.module, problem });
    switch (output?.kind) {
      case 'combination':
        return this.#checkCombination(part, output);
      case 'vectors': {
        const [merged] = output.vectors;
        if (output.vectors.length !== 1 || merged?.isDisposed !== false) throw invalid('expected one vector');
        if (merged.shape.join() !== `${rows},${columns}`) {
          throw invalid(`the vector has shape [${merged.shape.join(', ')}], expected [${rows}, ${columns}]`);
        }
        const values: unknown = await merged.data();
        if (!(values instanceof Float32Array)) throw invalid(`the vector is ${merged.dtype}, expected float32`);
        const fused = await this.#addToBase(part, values, vectors);
        if (!merged.isDisposed) merged.dispose();
        return fused;
      }
      case 'factors':
        return this.#addToBase(part, denseOf(output.factors, rows, columns), vectors);
      default:
        throw invalid(`expected a combination, vectors or factors, got kind ${output?.kind ?? 'none'}`);
    }
  }

  #checkCombination(
    { module, models }: TensorPart,
    { coefficients }: Extract<ModuleOutput, { readonly kind: 'combination' }>,
  ): FusedPart {
    const valid = coefficients?.length === models.length && coefficients.every((c) => Number.isFinite(c));
    if (valid) return { kind: 'combination', coefficients };
    const problem = `expected ${models.length} finite coefficients, got [${coefficients?.join(', ')}]`;
    throw pluginErrors.invalidOutput({ strategy: this.#setup.strategy.id, module, problem });
  }

  async #addToBase(part: TensorPart, update: Float32Array, vectors: DenseVectors): Promise<FusedPart> {
    const { base, dtype, tensor } = part;
    const size = floatBytes(dtype);
    const bytes = new Uint8Array(update.length * size);
    let output = 0;
    for (let begin = 0; begin < update.length; begin += PIECE) {
      const count = Math.min(PIECE, update.length - begin);
      const stored = await this.#reader.read(base, begin, count);
      const delta: FloatStream = { bytes: viewBytes(update.subarray(begin, begin + count)), dtype: 'F32' };
      const out = bytes.subarray(begin * size, (begin + count) * size);
      if (!this.#streams.combine([stored, delta], [1, 1], dtype, out)) throw modelErrors.notFinite({ tensor, dtype });
      if (this.#setup.norms) output += this.#streams.squaredDistance({ bytes: out, dtype }, stored);
      this.#reader.release(stored);
    }
    return { kind: 'bytes', bytes, squares: { models: this.#setup.norms ? vectors.squares() : [], output } };
  }
}

function denseOf({ rank, scale, a, b }: ModuleFactors, rows: number, columns: number): Float32Array {
  const left = createMatrix(
    rows,
    rank,
    Float64Array.from(b, (value) => scale * value),
  );
  return new Float32Array(multiply(left, createMatrix(rank, columns, Float64Array.from(a))).data);
}

/** Task vectors of one part as tensors, made when a rule first looks at them: one that answers with coefficients reads nothing. */
class DenseVectors {
  readonly #made = new Map<number, Tensor2D>();
  readonly #squares = new Map<number, number>();
  #base: Tensor2D | undefined;

  constructor(
    private readonly part: TensorPart,
    private readonly tf: TensorFlow,
    private readonly streams: FloatStreams,
    private readonly reader: StoredReader,
  ) {}

  of(position: number): Tensor2D {
    const known = this.#made.get(position);
    if (known) return known;
    const { base, models, tensor } = this.part;
    let squares = 0;
    const made = this.#fill((out, begin) => {
      const [model, origin] = this.#readBoth(models[position]!, base, begin, out.length);
      if (!this.streams.subtract(model, origin, out)) {
        throw modelErrors.notFinite({ tensor, dtype: model.dtype, folder: models[position]!.path });
      }
      squares += this.streams.squaredDistance(model, origin);
      this.reader.release(model, origin);
    });
    this.#made.set(position, made);
    this.#squares.set(position, squares);
    return made;
  }

  base(): Tensor2D {
    this.#base ??= this.#fill((out, begin) => {
      const stored = this.reader.readSync(this.part.base, begin, out.length);
      this.streams.combine([stored], [1], 'F32', viewBytes(out));
      this.reader.release(stored);
    });
    return this.#base;
  }

  /** Of those that the rule looked at; others are made for it. */
  squares(): readonly number[] {
    return this.part.models.map((_, position) => {
      if (!this.#squares.has(position)) this.of(position);
      return this.#squares.get(position)!;
    });
  }

  dispose(): void {
    for (const tensor of this.#made.values()) if (!tensor.isDisposed) tensor.dispose();
    if (this.#base?.isDisposed === false) this.#base.dispose();
  }

  #readBoth(x: StoredNumbers, y: StoredNumbers, begin: number, count: number): readonly [FloatStream, FloatStream] {
    return [this.reader.readSync(x, begin, count), this.reader.readSync(y, begin, count)];
  }

  #fill(piece: (out: Float32Array, begin: number) => void): Tensor2D {
    const { rows, columns } = this.part;
    const values = new Float32Array(rows * columns);
    for (let begin = 0; begin < values.length; begin += PIECE) piece(values.subarray(begin, begin + PIECE), begin);
    return this.tf.tensor2d(values, [rows, columns]);
  }
}
