import { compareNames, type TensorInfo, type TensorSource } from '../tensors/index.js';
import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';

/** PEFT's name of the wrapped base model, before every module path in its files. */
const PREFIX = 'base_model.model.';
const FACTOR = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/s;
const MODULE = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const FLOATS: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16', 'F64']);

export const factorName = (module: string, factor: 'A' | 'B'): string => `${PREFIX}${module}.lora_${factor}.weight`;

export const isModuleName = (module: string): boolean =>
  module.length <= adapterLimits.nameCharacters && MODULE.test(module);

/** Refuses a name that is no path of a module: it becomes a key of files and a part of regular expressions. */
export function checkModuleName(file: string, module: string): void {
  if (isModuleName(module)) return;
  throw adapterErrors.moduleInvalid({
    file,
    module,
    rule: `its name must be letters, digits, "_" and "-" joined by dots, ${adapterLimits.nameCharacters} characters at most`,
  });
}

export interface FactorShapes {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly rank: number;
}

/** The modules of a file of LoRA factors, sorted by name: both factors there, of floats, with one rank, and no other tensor in the file. */
export function collectModules(file: string, source: TensorSource): readonly FactorShapes[] {
  const factors = new Map<string, { A?: TensorInfo; B?: TensorInfo }>();
  for (const info of source.tensors.values()) {
    const [, module, factor] = FACTOR.exec(info.name) ?? [];
    if (module === undefined) throw adapterErrors.foreignTensor({ file, tensor: info.name });
    const pair = factors.get(module) ?? {};
    pair[factor as 'A' | 'B'] = info;
    factors.set(module, pair);
  }
  if (factors.size === 0) throw adapterErrors.empty({ file });
  return [...factors]
    .sort(([x], [y]) => compareNames(x, y))
    .map(([module, { A, B }]) => {
      checkModuleName(file, module);
      const invalid = (rule: string) => adapterErrors.moduleInvalid({ file, module, rule });
      if (A === undefined) throw invalid('it has lora_B but no lora_A');
      if (B === undefined) throw invalid('it has lora_A but no lora_B');
      const [rank, inFeatures] = matrixShape(A, 'lora_A', invalid);
      const [outFeatures, rankOfB] = matrixShape(B, 'lora_B', invalid);
      if (rank !== rankOfB) throw invalid(`lora_A has rank ${rank}, lora_B has rank ${rankOfB}`);
      checkRank(rank, invalid);
      return { name: module, inFeatures, outFeatures, rank };
    });
}

export function checkRank(rank: number, invalid: (rule: string) => Error): void {
  if (Number.isSafeInteger(rank) && rank >= 1 && rank <= adapterLimits.rank) return;
  throw invalid(`its rank must be an integer from 1 to ${adapterLimits.rank}, got ${rank}`);
}

export function matrixShape(
  { dtype, shape }: TensorInfo,
  factor: string,
  invalid: (rule: string) => Error,
): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || !rows || !columns) {
    throw invalid(`${factor} must be a matrix that is not empty, got shape [${shape.join(', ')}]`);
  }
  if (!FLOATS.has(dtype)) throw invalid(`${factor} must be of floats, got ${dtype}`);
  return [rows, columns];
}

/** Throws at the first NaN or infinity. */
export function checkFinite(file: string, tensor: string, values: Float32Array): void {
  // x - x is 0 for finite numbers and NaN for others: one sum tells for all, without a branch in the loop.
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! - values[i]!;
  if (sum === 0) return;
  const position = values.findIndex((value) => !Number.isFinite(value));
  throw adapterErrors.notFinite({ file, tensor, position, got: values[position]! });
}

export async function readFactor(file: string, source: TensorSource, tensor: string): Promise<Float32Array> {
  const values = await source.readFloat32(tensor);
  checkFinite(file, tensor, values);
  return values;
}
