import type { ParameterMap } from '../calculus/model-weights.js';
import { embedTexts, type EmbedTextsOptions } from '../embed-texts.js';
import { modelErrors } from '../errors.js';
import { LOGIT_SCALE } from './clip.js';

/** One direction per class, which cosines are taken with. */
export interface PromptHead {
  /** Unit rows, `[classes, projection]`. */
  readonly weight: Float32Array;
  readonly classes: number;
  readonly projection: number;
  readonly logitScale: number;
}

export interface PromptHeadOptions extends Omit<EmbedTextsOptions, 'texts' | 'output'> {
  readonly parameters: ParameterMap;
  /** Per class the token ids of its prompts: `a photo of a {class}` and as many others as one likes. */
  readonly prompts: readonly (readonly ArrayLike<number>[])[];
}

/**
 * A class is the direction of the mean of its prompts' unit embeddings (Radford et al. 2021, section 3.1.4); with one prompt per class, logits are those
 * of `CLIPModel` for these prompts. Needs the whole CLIP: the scale of the logits is learned with both towers.
 *
 * @throws modelErrors.tensorMissing without a logit scale, modelErrors.promptsMissing
 */
export async function createPromptHead({ parameters, prompts, ...options }: PromptHeadOptions): Promise<PromptHead> {
  const scale = parameters.get(LOGIT_SCALE);
  if (scale === undefined) throw modelErrors.tensorMissing({ model: 'the model in memory', tensor: LOGIT_SCALE });
  const empty = prompts.findIndex((ofClass) => ofClass.length === 0);
  if (prompts.length < 2 || empty >= 0) {
    throw modelErrors.promptsMissing({ got: empty >= 0 ? `none for class ${empty}` : `${prompts.length} classes` });
  }
  const projection = options.model.widthOf('embedding');
  const embeddings = await embedTexts({ ...options, texts: prompts.flat() });
  const weight = new Float32Array(prompts.length * projection);
  let row = 0;
  prompts.forEach((ofClass, index) => {
    const mean = new Float64Array(projection);
    for (const end = row + ofClass.length; row < end; row += 1) {
      normalize(embeddings.subarray(row * projection, (row + 1) * projection)).forEach((x, d) => (mean[d]! += x));
    }
    weight.set(normalize(mean), index * projection);
  });
  return { weight, classes: prompts.length, projection, logitScale: Math.exp(scale.values[0]!) };
}

function normalize(values: ArrayLike<number>): Float64Array {
  let squares = 0;
  for (let d = 0; d < values.length; d += 1) squares += values[d]! * values[d]!;
  const length = Math.sqrt(squares);
  return Float64Array.from(values, (x) => x / length);
}
