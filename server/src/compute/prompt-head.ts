import {
  createPromptHead,
  type Model,
  type PromptHead,
  type TensorFlow,
  type WeightSource,
} from '@crucible/engine/models';
import { openTokenizer } from '@crucible/engine/text';

/** The prompt that the paper's class texts are made of (paper.md 1.5). */
const promptOf = (name: string): string => `a photo of a ${name}`;

export interface ClassPromptsOptions {
  readonly tf: TensorFlow;
  readonly model: Model;
  readonly weights: WeightSource;
  /** Folder of the model, with its tokenizer. */
  readonly folder: string;
  readonly classes: readonly string[];
  readonly signal: AbortSignal;
}

/** The head of a whole CLIP that is told the names of the classes. */
export async function headOfNames({ folder, classes, ...options }: ClassPromptsOptions): Promise<PromptHead> {
  const tokenizer = await openTokenizer(folder);
  const prompts = classes.map((name) => [tokenizer.encode(promptOf(name)).ids]);
  return createPromptHead({ ...options, parameters: options.model.parameters, prompts });
}
