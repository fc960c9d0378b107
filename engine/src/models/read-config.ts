import type { Activation } from './operations/activation.js';
import { modelErrors } from './errors.js';
import { tokensPerImage, type ImageGeometry } from './extract-patches.js';
import { modelLimits } from './limits.js';

/** The root of a config.json. */
export type ModelJson = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is ModelJson =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Fail = (field: string, got: unknown, expected: string) => Error;

/** Fields of a configuration, each with the default that transformers has for it where it is absent or null. */
export interface ConfigReader {
  readonly json: ModelJson;
  readonly fail: Fail;
  has(field: string): boolean;
  /** From 1 to `most`; required without a fallback. */
  whole(field: string, fallback: number | undefined, most: number): number;
  /** From 0 to `most`: a token id. */
  id(field: string, fallback: number | undefined, most: number): number;
  /** Above 0 and below 1. */
  epsilon(field: string, fallback: number): number;
  number(field: string, fallback: number | undefined): number;
  flag(field: string, fallback: boolean): boolean;
  oneOf<const T extends string>(field: string, known: readonly T[], fallback?: NoInfer<T>): T;
  /** An activation by transformers' name. */
  activation(field: string, fallback: string): Activation;
  /** An object within; empty where it is absent. */
  nested(field: string): ConfigReader;
}

/** @throws modelErrors.configUnsupported naming the field */
export function readConfig(model: string, json: unknown): ConfigReader {
  const fail: Fail = (field, got, expected) =>
    modelErrors.configUnsupported({ model, field, got: JSON.stringify(got) ?? 'absent', expected });
  if (!isObject(json)) throw fail('the root', json, 'an object');
  const integer = (field: string, fallback: number | undefined, least: number, most: number): number => {
    const got = json[field] ?? fallback;
    if (typeof got === 'number' && Number.isInteger(got) && got >= least && got <= most) return got;
    throw fail(field, got, `a whole number from ${least} to ${most}`);
  };
  return {
    json,
    fail,
    has: (field) => json[field] !== undefined && json[field] !== null,
    whole: (field, fallback, most) => integer(field, fallback, 1, most),
    id: (field, fallback, most) => integer(field, fallback, 0, most),
    epsilon(field, fallback) {
      const got = json[field] ?? fallback;
      if (typeof got === 'number' && got > 0 && got < 1) return got;
      throw fail(field, got, 'a number between 0 and 1');
    },
    number(field, fallback) {
      const got = json[field] ?? fallback;
      if (typeof got === 'number' && Number.isFinite(got)) return got;
      throw fail(field, got, 'a number');
    },
    flag(field, fallback) {
      const got = json[field] ?? fallback;
      if (typeof got === 'boolean') return got;
      throw fail(field, got, 'true or false');
    },
    oneOf(field, known, fallback) {
      const got = json[field] ?? fallback;
      const found = known.find((one) => one === got);
      if (found === undefined) throw fail(field, got, known.join(' or '));
      return found;
    },
    activation(field, fallback) {
      const got = json[field] ?? fallback;
      const found = typeof got === 'string' ? ACTIVATIONS[got] : undefined;
      if (found === undefined) throw fail(field, got, Object.keys(ACTIVATIONS).join(' or '));
      return found;
    },
    nested: (field) => readConfig(`${model}: ${field}`, json[field] ?? {}),
  };
}

/** By transformers' names (ACT2FN); several name one function. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  quick_gelu: 'quick_gelu',
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
  tanh: 'tanh',
};

export function checkHeads(fail: Fail, { hiddenSize, heads }: { hiddenSize: number; heads: number }): void {
  if (hiddenSize % heads !== 0) throw fail('num_attention_heads', heads, `a divisor of hidden_size ${hiddenSize}`);
}

export function checkGeometry(fail: Fail, geometry: ImageGeometry): void {
  const { imageSize, patchSize } = geometry;
  if (patchSize > imageSize) throw fail('patch_size', patchSize, `at most image_size ${imageSize}`);
  if (tokensPerImage(geometry) > modelLimits.tokens) {
    throw fail('image_size', imageSize, `at most ${modelLimits.tokens} patches and class token`);
  }
}
