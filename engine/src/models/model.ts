import type { Calculus } from './calculus/calculus.js';
import type { ParameterMap } from './calculus/model-weights.js';
import { modelErrors } from './errors.js';
import type { ImageGeometry, Preprocessing } from './extract-patches.js';
import type { ModelJson } from './read-config.js';
import type { LinearShape } from './vision-parameters.js';

/** Sequences of token ids, padded to one length, example after example. */
export interface TokenBatch {
  readonly batch: number;
  readonly tokens: number;
  /** `[batch · tokens]` */
  readonly ids: Int32Array;
  /** `[batch · tokens]`, 0 where a token is padding; every token counts unless told. */
  readonly mask?: Uint8Array;
  /** `[batch · tokens]`, the segment of each token (BERT's token_type_ids); 0 unless told. */
  readonly types?: Int32Array;
}

/** What a model reads. A family says which of these it takes (`Architecture.inputs`). */
export interface ModelInput<V> {
  /** `patches` are rows of `extractPatches`, `[batch · patches, channels · patch²]`. */
  readonly images?: { readonly batch: number; readonly patches: V };
  readonly text?: TokenBatch;
  /** What the decoder of an encoder-decoder reads. */
  readonly decoder?: TokenBatch;
}

/**
 * - `hidden`: the last hidden state, `[batch · tokens, width]`; of an encoder-decoder the decoder's.
 * - `encoded`: the encoder's hidden state in an encoder-decoder.
 * - `pooled`: one row per example, `[batch, width]`, before any projection or classifier.
 * - `embedding`: what cosines are taken of, one row per example, not normalized.
 * - `logits`: classes `[batch, classes]`, or of a language model the vocabulary `[batch · tokens, vocabulary]`.
 */
export type ModelOutput = 'hidden' | 'encoded' | 'pooled' | 'embedding' | 'logits';

/** A parameter as the model computes with it, and how checkpoints hold it. */
export interface ParameterSpec {
  /** `[out, in]` for every linear layer. */
  readonly shape: readonly number[];
  /** How it is stored, where that differs; entries are in the same order unless `transposed`. */
  readonly storedShape?: readonly number[];
  /** Stored as `[in, out]` (GPT-2's Conv1D): turned on loading. */
  readonly transposed?: boolean;
  /** Other names that published checkpoints give it, tried in order after its own. */
  readonly aliases?: readonly string[];
  /** Some checkpoints lack it, and the model then goes without. */
  readonly optional?: boolean;
}

export type ParameterSpecs = ReadonlyMap<string, ParameterSpec>;

/** Names and shapes of the tensors in a folder. */
export type StoredShapes = ReadonlyMap<string, readonly number[]>;

/** What a family reads as text. */
export interface TextGeometry {
  readonly vocabulary: number;
  /** The longest sequence that positions are known for; undefined where there is no bound. */
  readonly maxTokens: number | undefined;
  readonly padId: number;
}

/**
 * One kind of model, as Hugging Face folders hold it. Everything else — LoRA, linearization, training, fusion, scoring — is written once over the
 * architecture that it describes.
 */
export interface ModelFamily<C extends object = object> {
  /** In kebab-case: `clip-vision`. */
  readonly name: string;
  /** The `model_type`s of config.json that are this family. */
  readonly modelTypes: readonly string[];
  readonly inputs: readonly (keyof ModelInput<unknown>)[];
  /** @throws modelErrors.configUnsupported naming the field */
  parseConfig(model: string, json: ModelJson): C;
  /** What the weights decide, such as a prefix of names, or whether there is a classifier. */
  adaptConfig?(config: C, stored: StoredShapes): C;
  /** What `forward` can give, the usual one first. */
  outputs(config: C): readonly ModelOutput[];
  widthOf(config: C, output: ModelOutput): number;
  parameters(config: C): ParameterSpecs;
  /** The linear layers that an adapter may attach to. */
  linearLayers(config: C): ReadonlyMap<string, LinearShape>;
  /** What other versions of transformers call a module, in the names of this one; the name itself where there is nothing to say. */
  moduleAlias?(module: string): string;
  imageGeometry?(config: C): ImageGeometry;
  textGeometry?(config: C): TextGeometry;
  forward<V>(config: C, calculus: Calculus<V>, input: ModelInput<V>, output: ModelOutput): V;
}

/** A family with its configuration: everything about a model but its weights. */
export interface Architecture {
  readonly family: string;
  readonly config: object;
  readonly inputs: readonly (keyof ModelInput<unknown>)[];
  readonly outputs: readonly ModelOutput[];
  /** Columns of an output. */
  widthOf(output: ModelOutput): number;
  readonly parameterSpecs: ParameterSpecs;
  readonly linearLayers: ReadonlyMap<string, LinearShape>;
  readonly moduleAlias: (module: string) => string;
  readonly imageGeometry: ImageGeometry | undefined;
  readonly textGeometry: TextGeometry | undefined;
  /**
   * @param output the first of `outputs` unless told
   * @throws modelErrors.inputMissing, modelErrors.outputUnknown, modelErrors.tokensMismatched
   */
  forward<V>(calculus: Calculus<V>, input: ModelInput<V>, output?: ModelOutput): V;
}

/** A model in memory. */
export interface Model extends Architecture {
  readonly parameters: ParameterMap;
  /** How bytes become its images; undefined where it reads none. */
  readonly preprocessing: Preprocessing | undefined;
}

/** Binds a configuration to its family. The type of the configuration ends here: what comes out is alike for all. */
export function defineArchitecture<C extends object>(family: ModelFamily<C>, config: C): Architecture {
  const { name, inputs } = family;
  const outputs = family.outputs(config);
  const textGeometry = family.textGeometry?.(config);
  const known = (output: ModelOutput): ModelOutput => {
    if (!outputs.includes(output)) throw modelErrors.outputUnknown({ family: name, got: output, known: outputs });
    return output;
  };
  return {
    family: name,
    config,
    inputs,
    outputs,
    widthOf: (output) => family.widthOf(config, known(output)),
    parameterSpecs: family.parameters(config),
    linearLayers: family.linearLayers(config),
    moduleAlias: (module) => family.moduleAlias?.(module) ?? module,
    imageGeometry: family.imageGeometry?.(config),
    textGeometry,
    forward(calculus, input, output = outputs[0]!) {
      for (const tokens of [input.text, input.decoder]) if (tokens !== undefined) checkTokens(tokens, textGeometry);
      return family.forward(config, calculus, input, known(output));
    },
  };
}

/** Ids come from files and requests, and an id that is out of range would read another's memory on some backends. */
function checkTokens({ batch, tokens, ids, mask, types }: TokenBatch, geometry: TextGeometry | undefined): void {
  const size = batch * tokens;
  const fail = (got: string, expected: string) => modelErrors.tokensMismatched({ got, expected });
  if (batch < 1 || tokens < 1) throw fail(`${batch} sequences of ${tokens} tokens`, 'at least one of one token');
  for (const [what, values] of Object.entries({ ids, mask, types })) {
    if (values !== undefined && values.length !== size) throw fail(`${values.length} ${what}`, `${batch} × ${tokens}`);
  }
  if (geometry === undefined) return;
  const { vocabulary, maxTokens } = geometry;
  if (maxTokens !== undefined && tokens > maxTokens) throw fail(`${tokens} tokens`, `at most ${maxTokens}`);
  for (const id of ids) {
    if (id < 0 || id >= vocabulary) throw fail(`token id ${id}`, `0 to ${vocabulary - 1}, the vocabulary`);
  }
}

/** The input of that kind, which the family needs. */
export function requireInput<V, K extends keyof ModelInput<V>>(
  family: string,
  input: ModelInput<V>,
  kind: K,
): NonNullable<ModelInput<V>[K]> {
  const found = input[kind];
  if (found === undefined) throw modelErrors.inputMissing({ family, input: kind });
  return found as NonNullable<ModelInput<V>[K]>;
}
