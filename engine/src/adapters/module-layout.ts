import { isJsonObject, type StrictJson } from '../tensors/index.js';
import type { AdapterModuleInfo, ModuleLayout } from './adapter.js';

/** What an `AdapterModuleInfo` says of its layout; nothing at all for a plain linear layer. */
export type ModuleLayoutFields = Pick<AdapterModuleInfo, 'layout' | 'parameter' | 'kernel'>;

const LAYOUTS: ReadonlySet<string> = new Set<ModuleLayout>(['LINEAR', 'TRANSPOSED', 'EMBEDDING', 'CONV2D', 'VECTOR']);

/** The fields that are set and not the usual ones, in one order: equal layouts are equal objects. */
export function layoutFields({ layout, parameter, kernel }: ModuleLayoutFields): ModuleLayoutFields {
  return {
    ...(layout !== undefined && layout !== 'LINEAR' && { layout }),
    ...(parameter !== undefined && parameter !== 'WEIGHT' && { parameter }),
    ...(kernel !== undefined && { kernel }),
  };
}

/** Whether two modules say the same of how the base stores what they change. */
export const sameLayout = (x: ModuleLayoutFields, y: ModuleLayoutFields): boolean =>
  JSON.stringify(layoutFields(x)) === JSON.stringify(layoutFields(y));

export const isPlainLayout = (fields: ModuleLayoutFields): boolean => Object.keys(layoutFields(fields)).length === 0;

/**
 * The base model's tensor that a module changes: its name, and its shape as the base stores it.
 *
 * LINEAR `[out, in]`, TRANSPOSED and EMBEDDING `[in, out]`, CONV2D `[out, in / (kh·kw), kh, kw]`, VECTOR `[out]`.
 */
export function storedParameter(info: AdapterModuleInfo): { readonly name: string; readonly shape: readonly number[] } {
  const { name: module, inFeatures, outFeatures, kernel } = info;
  const name = info.parameter === 'BIAS' ? module : `${module}.weight`;
  switch (info.layout) {
    case 'TRANSPOSED':
    case 'EMBEDDING':
      return { name, shape: [inFeatures, outFeatures] };
    case 'CONV2D': {
      const [height, width] = kernel ?? [1, 1];
      return { name, shape: [outFeatures, inFeatures / (height * width), height, width] };
    }
    case 'VECTOR':
      return { name, shape: [outFeatures] };
    default:
      return { name, shape: [outFeatures, inFeatures] };
  }
}

/** Whether the base stores the transpose of the linear map `[out, in]`. */
export const isTransposed = ({ layout }: ModuleLayoutFields): boolean =>
  layout === 'TRANSPOSED' || layout === 'EMBEDDING';

/**
 * ΔW `[out, in]` of the linear map, row-major, in the order of the base's own tensor. The same array where the orders agree; call it with the shape
 * turned round for the way back.
 */
export function toStoredOrder<T extends Float32Array | Float64Array>(info: AdapterModuleInfo, delta: T): T {
  if (!isTransposed(info)) return delta;
  const { inFeatures, outFeatures } = info;
  const out = delta.slice() as T;
  for (let i = 0; i < outFeatures; i += 1) {
    for (let j = 0; j < inFeatures; j += 1) out[j * outFeatures + i] = delta[i * inFeatures + j]!;
  }
  return out;
}

/** Checks what a manifest says of a module's layout. */
export function parseModuleLayout(
  module: string,
  value: StrictJson,
  invalid: (rule: string) => Error,
): ModuleLayoutFields {
  const fail = (rule: string) => invalid(`the layout of ${JSON.stringify(module)} ${rule}`);
  if (!isJsonObject(value)) throw fail('must be an object');
  for (const key of value.keys()) {
    if (key !== 'layout' && key !== 'parameter' && key !== 'kernel') throw fail(`has the unknown field ${key}`);
  }
  const layout = value.get('layout') ?? 'LINEAR';
  const parameter = value.get('parameter') ?? 'WEIGHT';
  const kernel = value.get('kernel');
  if (typeof layout !== 'string' || !LAYOUTS.has(layout)) throw fail(`must be one of ${[...LAYOUTS].join(', ')}`);
  if (parameter !== 'WEIGHT' && parameter !== 'BIAS') throw fail('must have the parameter WEIGHT or BIAS');
  if (parameter === 'BIAS' && layout !== 'VECTOR') throw fail('must be VECTOR, for a bias is one');
  if ((layout === 'CONV2D') !== (kernel !== undefined)) throw fail('must have a kernel exactly if it is CONV2D');
  const fields = { layout: layout as ModuleLayout, parameter } as const;
  return layoutFields(kernel === undefined ? fields : { ...fields, kernel: parseKernel(kernel, fail) });
}

function parseKernel(value: StrictJson, fail: (rule: string) => Error): readonly [number, number] {
  if (Array.isArray(value) && value.length === 2) {
    const [height, width] = value as readonly StrictJson[];
    if (isSide(height) && isSide(width)) return [height, width];
  }
  throw fail('must have a kernel of two whole numbers from 1 to 65535');
}

const isSide = (value: StrictJson | undefined): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;

/** What a layout asks of the shape of its factors; the rule that is broken, or undefined. */
export function layoutProblem(info: AdapterModuleInfo): string | undefined {
  const { layout, kernel, inFeatures } = info;
  if (layout === 'VECTOR' && inFeatures !== 1) return `a VECTOR has one input, got ${inFeatures}`;
  if (layout === 'CONV2D' && inFeatures % (kernel![0] * kernel![1]) !== 0) {
    return `its inputs (${inFeatures}) must be a multiple of its kernel [${kernel!.join(', ')}]`;
  }
  return undefined;
}
