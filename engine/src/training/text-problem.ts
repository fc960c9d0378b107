import { createHash } from 'node:crypto';
import { padTexts, type Model, type TokenBatch, type TokenizedText } from '../models/index.js';
import { viewBytes } from '../tensors/index.js';
import { checkLabels, classObjective } from './class-objective.js';
import type { LearningProblem } from './learning-problem.js';
import { modelProblem } from './model-problem.js';

/** Texts as token ids, with the special tokens that the model's tokenizer adds, and the class of each. */
export interface ClassifiedTexts {
  readonly texts: readonly TokenizedText[];
  readonly labels: Int32Array;
}

export interface LabelledTexts {
  readonly text: TokenBatch;
  readonly labels: Int32Array;
}

export interface TextProblemOptions {
  /** A model with a classifier over texts, such as BERT's or RoBERTa's. */
  readonly model: Model;
  readSplit(split: 'train' | 'validation'): Promise<ClassifiedTexts>;
}

/** Classification of texts: mean cross-entropy of the model's own logits. */
export function textProblem({ model, readSplit }: TextProblemOptions): LearningProblem<LabelledTexts> {
  const classes = model.widthOf('logits');
  return {
    ...modelProblem<LabelledTexts>({ model, output: 'logits', input: (_, __, { text }) => ({ text }) }),
    ...classObjective<LabelledTexts>(),
    async readSplit(split) {
      const { texts, labels } = await readSplit(split);
      checkLabels(labels, classes);
      return {
        count: texts.length,
        digest: digestTexts(texts, labels),
        batch: (indices) => ({
          text: padTexts(
            model,
            Array.from(indices, (index) => texts[index]!),
          ),
          labels: Int32Array.from(indices, (index) => labels[index]!),
        }),
      };
    },
  };
}

/** Lengths and ids of all texts, their segments where they have any, and what goes with them. */
export function digestTexts(texts: readonly TokenizedText[], labels?: Int32Array): string {
  const hash = createHash('sha256');
  const add = (what: string, values: ArrayLike<number>) =>
    hash.update(`${what}${values.length}\n`).update(viewBytes(Int32Array.from(values)));
  for (const text of texts) {
    if (!('ids' in text)) add('', text);
    else {
      add('', text.ids);
      add('types ', text.types);
    }
  }
  if (labels !== undefined) hash.update(viewBytes(labels));
  return hash.digest('hex');
}
