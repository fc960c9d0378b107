import { digestModel } from '@crucible/engine/adapters';
import type { CosineHead } from '@crucible/engine/evaluation';
import {
  encodePair,
  languageModel,
  openImageModel,
  openModel,
  predictsTokens,
  type Model,
  type TensorFlow,
} from '@crucible/engine/models';
import {
  findPrompt,
  openTask,
  openTaskHead,
  openTextTask,
  presentExamples,
  readTaskKind,
  type TaskFile,
  type TextTaskFile,
} from '@crucible/engine/tasks';
import { openTokenizer } from '@crucible/engine/text';
import { imageProblem, languageProblem, textProblem, type LearningProblem } from '@crucible/engine/training';
import { encodeFields } from './encode-fields.js';
import { computeErrors } from './errors.js';
import { openWholeModel } from './open-whole-model.js';
import { headOfNames } from './prompt-head.js';
import type { TrainingWork } from './protocol.js';

/** What is learned, from whatever kind of task on whatever family of models. */
export interface OpenedLearning {
  readonly problem: LearningProblem;
  readonly task: { readonly name: string; readonly digest: string; readonly trainCount: number };
  readonly baseDigest: string;
  close(): Promise<void>;
}

/**
 * Images with the task's head where the base has one, else with a head of its classes' names (a whole CLIP) or with the model's own classifier; texts as
 * classes by a classifier, or as answers to the task's first prompt by a language model. Of a whole CLIP the vision tower alone is trained.
 */
export async function openLearning(
  { base: { folder }, task }: TrainingWork,
  tf: TensorFlow,
  signal: AbortSignal,
): Promise<OpenedLearning> {
  if ((await readTaskKind(task.task)) === 'TEXT') {
    const model = await openModel(folder, { signal });
    const opened = await openTextTask(task.task);
    return {
      ...learningOf(opened),
      problem: await textLearning(model, opened, folder),
      baseDigest: await digestModel(folder),
    };
  }
  const opened = await openTask(task.task);
  const stored = task.head === null ? undefined : await openTaskHead(task.head);
  const head = stored ?? (await headByName(tf, folder, opened, signal));
  const model = await openImageModel(folder, { signal });
  return {
    ...learningOf(opened),
    problem: imageProblem({ model, task: opened, ...(head !== undefined && { head }) }),
    baseDigest: stored?.baseDigest ?? (await digestModel(folder)),
  };
}

/** None for a model that has a classifier for as many classes. */
async function headByName(
  tf: TensorFlow,
  folder: string,
  { manifest: { classes } }: TaskFile,
  signal: AbortSignal,
): Promise<CosineHead | undefined> {
  const { model, weights } = await openWholeModel(tf, folder, signal);
  if (model.inputs.includes('text')) return headOfNames({ tf, model, weights, folder, classes, signal });
  checkClassifier(model, classes.length);
  return undefined;
}

const learningOf = (opened: TaskFile | TextTaskFile) => ({
  task: { name: opened.manifest.name, digest: opened.digest, trainCount: opened.counts.train },
  close: () => opened.close(),
});

function checkClassifier(model: Model, classes: number): void {
  const brought = model.outputs.includes('logits') ? model.widthOf('logits') : 0;
  if (brought === classes) return;
  throw computeErrors.unscorable({ model: model.family, needs: `a classifier of ${classes} classes`, got: brought });
}

async function textLearning(model: Model, task: TextTaskFile, folder: string): Promise<LearningProblem> {
  const { manifest } = task;
  const tokenizer = await openTokenizer(folder);
  if (predictsTokens(model)) {
    const language = languageModel(model);
    const prompt = findPrompt(manifest);
    return languageProblem({
      model,
      async readSplit(split) {
        const { inputs, targets } = presentExamples(await task.readSplit(split), prompt);
        // A model that shall generate has to learn where an answer ends.
        const pairs = inputs.map((input, i) =>
          encodePair(language, tokenizer, input, targets[i]!, { endsAnswers: true }),
        );
        return {
          prompts: pairs.map((pair) => pair.prompt),
          answers: pairs.map(({ continuation }) => continuation),
        };
      },
    });
  }
  if (manifest.answer !== 'CLASS') {
    throw computeErrors.unscorable({ model: model.family, needs: 'classes, or a language model', got: 0 });
  }
  checkClassifier(model, manifest.classes.length);
  return textProblem({
    model,
    async readSplit(split) {
      const examples = await task.readSplit(split);
      const { answer } = examples;
      const labels = answer.form === 'CLASS' ? answer.labels : new Int32Array();
      return { texts: encodeFields(model, manifest, examples, tokenizer), labels };
    },
  });
}
