import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@tensorflow/tfjs-core';
import { openSafetensors } from '../tensors/index.js';
import { loadVisionModel, type VisionModel } from './load-vision-model.js';
import type { LowRankTerm, LowRankTerms } from './calculus/calculus.js';
import type { TensorFlow } from './operations/host-kernel.js';
import { extractPatches } from './extract-patches.js';
import { RAW_PREPROCESSING } from './extract-patches.js';

/** The outputs of reference implementations under engine/golden; each case.json names its origin and tolerance. */
export const goldenFolder = fileURLToPath(new URL('../../golden/', import.meta.url));

export interface GoldenCase {
  readonly expected: ReadonlyMap<string, Float32Array>;
  readonly tolerance: { readonly atol: number; readonly rtol: number };
}

export async function readGoldenCase(path: string): Promise<GoldenCase> {
  const folder = join(goldenFolder, path);
  const { tolerance } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Pick<GoldenCase, 'tolerance'>;
  return { tolerance, expected: await readAll(join(folder, 'expected.safetensors')) };
}

export async function readAll(path: string): Promise<ReadonlyMap<string, Float32Array>> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, Float32Array>();
    for (const [name, { dtype }] of file.tensors) {
      if (dtype === 'F32') tensors.set(name, await file.readFloat32(name));
      else tensors.set(name, Float32Array.from(new BigInt64Array((await file.read(name)).buffer), Number));
    }
    return tensors;
  } finally {
    await file.close();
  }
}

/** The greatest |got − expected| / (atol + rtol |expected|): at most 1 where the outputs agree. */
export function deviation(
  got: ArrayLike<number>,
  expected: Float32Array,
  { atol, rtol }: GoldenCase['tolerance'],
): number {
  if (got.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const here = Math.abs(got[i]! - expected[i]!) / (atol + rtol * Math.abs(expected[i]!));
    if (!(here <= worst)) worst = here;
  }
  return worst;
}

export interface LoraGolden {
  readonly model: VisionModel;
  /** Patches of the first `count` images. */
  patches(count: number): Float32Array;
  readonly images: { readonly pixels: Float32Array; readonly labels: Int32Array };
  readonly batches: readonly (readonly number[])[];
  readonly head: { readonly weight: Float32Array; readonly classes: number };
  readonly modules: readonly string[];
  /** `A0`, `B0`, `A1` or `B1` of a module. */
  factor(name: string, module: string): Float32Array;
}

export const GOLDEN_RANK = 4;
export const GOLDEN_SCALE = 2;

export async function readLoraGolden(): Promise<LoraGolden> {
  const model = await loadVisionModel(join(goldenFolder, 'l-lora/_base'));
  const data = await readAll(join(goldenFolder, 'l-lora/_inputs/data.safetensors'));
  const factors = await readAll(join(goldenFolder, 'l-lora/_inputs/factors.safetensors'));
  const pixels = channelsLast(data.get('pixel_values')!, 3, 28);
  const all = extractPatches(
    model.config,
    { count: 10, height: 28, width: 28, channels: 3, pixels },
    RAW_PREPROCESSING,
  );
  const batches = data.get('batches')!;
  return {
    model,
    patches: (count) => all.slice(0, (all.length / 10) * count),
    images: { pixels, labels: Int32Array.from(data.get('labels')!) },
    batches: Array.from({ length: 10 }, (_, step) => [...batches.subarray(step * 4, step * 4 + 4)]),
    head: { weight: data.get('class_embeds')!, classes: 5 },
    modules: [...factors.keys()].filter((name) => name.startsWith('A0/')).map((name) => name.slice('A0/'.length)),
    factor: (name, module) => factors.get(`${name}/${module}`)!,
  };
}

/** `[n, channels, size, size]` to `[n, size, size, channels]`. */
export function channelsLast(values: Float32Array, channels: number, size: number): Float32Array {
  const plane = size * size;
  return values.map((_, to) => {
    const image = Math.floor(to / (channels * plane));
    const [pixel, channel] = [Math.floor((to % (channels * plane)) / channels), to % channels];
    return values[(image * channels + channel) * plane + pixel]!;
  });
}

/** Terms for every module; `pairs` names the factors of each, and which of them train. */
export function goldenTerms(
  tf: TensorFlow,
  golden: LoraGolden,
  pairs: readonly {
    readonly a: (module: string) => Float32Array;
    readonly b: (module: string) => Float32Array;
    readonly trainA?: boolean;
    readonly trainB?: boolean;
  }[],
): LowRankTerms {
  const width = golden.model.config.hiddenSize;
  const terms = (module: string): LowRankTerm[] =>
    pairs.map(({ a, b, trainA, trainB }) => ({
      a: tf.tensor2d(a(module).slice(), [GOLDEN_RANK, width], 'float32') as Tensor,
      b: tf.tensor2d(b(module).slice(), [width, GOLDEN_RANK], 'float32') as Tensor,
      scale: GOLDEN_SCALE,
      ...(trainA === true && { gradientOfA: `grad_A/${module}` }),
      ...(trainB === true && { gradientOfB: `grad_B/${module}` }),
    }));
  return new Map(golden.modules.map((module) => [module, terms(module)]));
}

export const zeros = (length: number): Float32Array => new Float32Array(length);

export const difference = (x: Float32Array, y: Float32Array): Float32Array => x.map((value, i) => value - y[i]!);
