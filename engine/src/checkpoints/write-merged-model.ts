import type { AdapterFactors, AdapterModuleInfo } from '../adapters/adapter.js';
import { storedParameter } from '../adapters/module-layout.js';
import type { TensorInfo } from '../tensors/index.js';
import { openCheckpointWriter, type CheckpointWriter, type WrittenCheckpoint } from './checkpoint-writer.js';
import { copyCompanions } from './copy-companions.js';
import { checkpointErrors } from './errors.js';
import {
  areFinite,
  decodeFloats,
  encodeFloats,
  floatBytes,
  isFloatDtype,
  isQuantizedDtype,
  type FloatDtype,
} from './float-dtype.js';
import { locateModules } from './locate-modules.js';
import { deltaRows, storedDelta } from './merge-blocks.js';
import type { Checkpoint } from './open-checkpoint.js';
import { findTiedPair, type TiedPair } from './tied-weights.js';

/** Dtype of the weights that are written: each tensor's own in the base, or one for all floats. */
export type OutputDtype = 'KEEP' | 'F32' | 'F16' | 'BF16';

/** What `AdapterFile` and `PeftAdapter` have in common: low-rank updates by module. */
export interface MergedAdapter {
  readonly modules: ReadonlyMap<string, AdapterModuleInfo>;
  readFactors(module: string): Promise<AdapterFactors>;
}

/** Updates that are no adapter: ΔW of some tensors of the base, made row by row. */
export interface DenseDeltas {
  /** Names of the tensors that change. */
  readonly tensors: readonly string[];
  /** Rows `begin` to `end` of ΔW in the tensor's stored order; a tensor `[n]` has n rows of one number. */
  readRows(tensor: string, begin: number, end: number): Promise<Float64Array>;
}

export interface MergedModelRequest {
  readonly base: Checkpoint;
  /** One of the two. */
  readonly adapter?: MergedAdapter;
  readonly deltas?: DenseDeltas;
  /** Must not exist. */
  readonly outputFolder: string;
  readonly dtype?: OutputDtype;
  readonly maxShardBytes?: number;
  /** What to do when only one of two tied embeddings changes: refuse, or store both from now on. */
  readonly tied?: 'REFUSE' | 'UNTIE';
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface MergedModel extends WrittenCheckpoint {
  readonly tensors: number;
  /** Tensors that the update changed, in the order in which they were written. */
  readonly changed: readonly string[];
  /** Configuration and tokenizer files that were copied. */
  readonly companions: readonly string[];
  /**
   * ‖written - exact‖ / ‖ΔW‖ in the Frobenius norm over the changed tensors: what rounding to the output's dtype took from the update. 0 where nothing
   * changed.
   */
  readonly roundingError: number;
  readonly untied: boolean;
}

/** Numbers that are worked on at a time: 8 MB in float64. */
const BLOCK = 1 << 20;
/** Bytes that are copied at a time. */
const CHUNK = 8 << 20;

interface OutputTensor {
  readonly name: string;
  /** Tensor of the base that it is made of. */
  readonly source: TensorInfo;
  readonly module?: AdapterModuleInfo;
  readonly dense?: boolean;
}

/**
 * Writes base + ΔW as a Hugging Face model: W' = W + scale·B·A in float64 from the stored numbers, rounded to float32 and to the output's dtype once. A tensor
 * without an update is copied byte for byte (where its dtype stays). Works through one tensor in blocks of rows, so that memory does not
 * grow with the model; the folder appears as a whole or not at all, and the same input gives the same bytes.
 *
 * @throws CHECKPOINT_*, TENSORS_*, ADAPTER_* and the signal's reason after an abort
 */
export async function writeMergedModel(request: MergedModelRequest): Promise<MergedModel> {
  const { base, outputFolder, dtype = 'KEEP', signal } = request;
  signal?.throwIfAborted();
  const { tensors, untied } = await planTensors(request);
  const writer = await openCheckpointWriter(outputFolder, {
    tensors: tensors.map(({ name, source }) => ({ name, shape: source.shape, dtype: outputDtype(source, dtype) })),
    ...(request.maxShardBytes !== undefined && { maxShardBytes: request.maxShardBytes }),
    ...(signal && { signal }),
  });
  try {
    const companions = await copyCompanions(base.folder, writer, {
      ...(dtype !== 'KEEP' && { dtype: TORCH_NAMES[dtype] }),
      untied,
    });
    const merger = new Merger(request, writer, new Map(tensors.map((tensor) => [tensor.name, tensor])));
    await merger.run();
    const written = await writer.finish();
    return { ...written, tensors: tensors.length, companions, untied, ...merger.report() };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export const TORCH_NAMES = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

/** Integers and masks keep their dtype whatever is asked for. */
export function outputDtype({ dtype }: TensorInfo, wanted: OutputDtype): TensorInfo['dtype'] {
  return wanted === 'KEEP' || !isFloatDtype(dtype) ? dtype : wanted;
}

async function planTensors(
  request: MergedModelRequest,
): Promise<{ readonly tensors: readonly OutputTensor[]; readonly untied: boolean }> {
  const { base, adapter, deltas } = request;
  if ((adapter === undefined) === (deltas === undefined)) {
    throw checkpointErrors.argumentInvalid({
      argument: 'adapter',
      got: adapter ? 'given beside deltas' : 'missing',
      expected: 'either adapter or deltas',
    });
  }
  const tied = await findTiedPair(base);
  const modules = adapter ? locateAdapter(base, adapter, tied) : new Map<string, AdapterModuleInfo>();
  const dense = new Set(deltas?.tensors);
  for (const tensor of dense) base.source.info(tensor);
  const isChanged = (name: string): boolean => modules.has(name) || dense.has(name);
  const untied = tied !== undefined && (isChanged(tied.input) || isChanged(tied.output));
  if (untied && request.tied !== 'UNTIE') {
    const [tensor, partner] = isChanged(tied.input) ? [tied.input, tied.output] : [tied.output, tied.input];
    throw checkpointErrors.untied({ folder: base.folder, tensor, partner });
  }
  const names = untied && tied.by === 'NOT_STORED' ? [...base.names, tied.output] : base.names;
  const tensors = names.map((name): OutputTensor => {
    const source = base.source.info(name === tied?.output && tied.by === 'NOT_STORED' ? tied.input : name);
    const module = modules.get(name);
    if (module) checkModule(base.folder, name, source, module);
    if (isQuantizedDtype(source.dtype))
      throw checkpointErrors.dtypeUnsupported({ folder: base.folder, tensor: name, dtype: source.dtype });
    return { name, source, ...(module && { module }), ...(dense.has(name) && { dense: true }) };
  });
  return { tensors, untied };
}

/** Modules by the tensor that they change. The output layer of a tied model has none of its own in the folder. */
function locateAdapter(
  base: Checkpoint,
  { modules }: MergedAdapter,
  tied: TiedPair | undefined,
): ReadonlyMap<string, AdapterModuleInfo> {
  const hidden = tied?.by === 'NOT_STORED' ? tied.output : undefined;
  const stored = new Map([...modules.values()].map((info) => [storedParameter(info).name, info]));
  const visible = [...stored.keys()].filter((name) => name !== hidden);
  const located = locateModules(base, visible, (name) => name);
  return new Map([...stored].map(([name, info]) => [located.get(name) ?? name, info]));
}

function checkModule(folder: string, tensor: string, { dtype, shape }: TensorInfo, info: AdapterModuleInfo): void {
  if (!isFloatDtype(dtype)) throw checkpointErrors.dtypeUnsupported({ folder, tensor, dtype });
  const expected = storedParameter(info).shape;
  if (shape.join() === expected.join()) return;
  throw checkpointErrors.moduleShape({
    folder,
    tensor,
    module: info.name,
    got: shape,
    expected: `[${expected.join(', ')}]`,
  });
}

class Merger {
  readonly #changed: string[] = [];
  #deltaEnergy = 0;
  #errorEnergy = 0;
  #done = 0;
  readonly #total: number;

  constructor(
    private readonly request: MergedModelRequest,
    private readonly writer: CheckpointWriter,
    private readonly tensors: ReadonlyMap<string, OutputTensor>,
  ) {
    this.#total = [...tensors.values()].reduce((sum, { source }) => sum + source.byteLength, 0);
  }

  async run(): Promise<void> {
    for (const { name, dtype } of this.writer.order) {
      const tensor = this.tensors.get(name)!;
      const changes = tensor.module !== undefined || tensor.dense === true;
      if (changes) this.#changed.push(name);
      if (changes || dtype !== tensor.source.dtype) await this.#merge(tensor, dtype as FloatDtype);
      else await this.#copy(tensor);
    }
  }

  report(): Pick<MergedModel, 'changed' | 'roundingError'> {
    const roundingError = this.#deltaEnergy === 0 ? 0 : Math.sqrt(this.#errorEnergy / this.#deltaEnergy);
    return { changed: this.#changed, roundingError };
  }

  async #copy({ name, source }: OutputTensor): Promise<void> {
    await this.#pieces(source, CHUNK, async (bytes, begin) => this.writer.write(name, begin, bytes));
  }

  async #merge(tensor: OutputTensor, dtype: FloatDtype): Promise<void> {
    const { base, adapter } = this.request;
    const { name, source, module } = tensor;
    const from = source.dtype as FloatDtype;
    const columns = module || source.shape.length > 1 ? source.size / Math.max(1, source.shape[0] ?? 1) : 1;
    const rowBytes = columns * floatBytes(from);
    const delta = module && storedDelta(module, await adapter!.readFactors(module.name));
    const rows = Math.max(1, Math.floor(BLOCK / Math.max(1, columns)));
    await this.#pieces(source, rows * rowBytes, async (bytes, begin) => {
      const exact = decodeFloats(bytes, from);
      if (!areFinite(exact)) throw checkpointErrors.notFinite({ folder: base.folder, tensor: name });
      const row = begin / rowBytes;
      const update = await this.#update(tensor, delta, row, row + exact.length / columns);
      if (update) for (let i = 0; i < exact.length; i += 1) exact[i]! += update[i]!;
      const encoded = encodeFloats(exact, dtype);
      const written = decodeFloats(encoded, dtype);
      if (!areFinite(written)) throw checkpointErrors.overflow({ folder: base.folder, tensor: name, dtype });
      if (update) this.#measure(exact, written, update);
      await this.writer.write(name, (begin / floatBytes(from)) * floatBytes(dtype), encoded);
    });
  }

  async #update(
    { name, dense }: OutputTensor,
    delta: ReturnType<typeof storedDelta> | undefined,
    begin: number,
    end: number,
  ): Promise<Float64Array | undefined> {
    if (delta) return deltaRows(delta, begin, end);
    return dense === true ? this.request.deltas!.readRows(name, begin, end) : undefined;
  }

  #measure(exact: Float64Array, written: Float64Array, update: Float64Array): void {
    let error = 0;
    let energy = 0;
    for (let i = 0; i < exact.length; i += 1) {
      error += (written[i]! - exact[i]!) ** 2;
      energy += update[i]! ** 2;
    }
    this.#errorEnergy += error;
    this.#deltaEnergy += energy;
  }

  /** Hands out a tensor of the base piece by piece; the next is being read while one is worked on. */
  async #pieces(
    { name, byteLength }: TensorInfo,
    step: number,
    use: (bytes: Uint8Array, begin: number) => Promise<void>,
  ): Promise<void> {
    const { base, signal, onProgress } = this.request;
    const read = async (begin: number): Promise<Uint8Array> =>
      base.source.readRange(name, begin, Math.min(byteLength, begin + step));
    let next: Promise<Uint8Array> | undefined = byteLength > 0 ? read(0) : undefined;
    for (let begin = 0; begin < byteLength; begin += step) {
      const bytes = await next!;
      signal?.throwIfAborted();
      next = begin + step < byteLength ? read(begin + step) : undefined;
      // Awaited only after the work on this piece: its failure is thrown then, and is not unhandled until then.
      next?.catch(() => undefined);
      await use(bytes, begin);
      this.#done += bytes.length;
      onProgress?.({ done: this.#done, total: this.#total });
    }
  }
}
