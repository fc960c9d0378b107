import type { Answers } from '../../metrics/index.js';
import { taskErrors } from '../errors.js';
import { createPromptRenderer } from './prompt.js';
import { readClass, readNumber, writeNumber } from './read-answer.js';
import type { Prompt, TextExamples, TextTaskManifest } from './text-task.js';

/** Examples as a model gets them: one text each, and the one that it should give back. */
export interface PresentedExamples {
  readonly prompt: Prompt;
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  /** The texts that a model chooses among where answers are classes; else empty. */
  readonly choices: readonly string[];
}

/** The prompt of that name, or the task's first. @throws TASK_PROMPT_UNKNOWN */
export function findPrompt({ name: task, prompts }: TextTaskManifest, name?: string): Prompt {
  const found = name === undefined ? prompts[0] : prompts.find((prompt) => prompt.name === name);
  if (found !== undefined) return found;
  throw taskErrors.promptUnknown({ task, got: name ?? '', known: prompts.map((prompt) => prompt.name).join(', ') });
}

export function presentExamples({ texts, count, answer }: TextExamples, prompt: Prompt): PresentedExamples {
  const render = createPromptRenderer(prompt);
  const inputs = Array.from({ length: count }, (_, i) =>
    render(new Map(Array.from(texts, ([field, values]) => [field, values[i]!]))),
  );
  const target = (i: number): string => {
    if (answer.form === 'CLASS') return prompt.labelWords[answer.labels[i]!]!;
    return answer.form === 'NUMBER' ? writeNumber(prompt, answer.numbers[i]!) : answer.texts[i]!;
  };
  return { prompt, inputs, targets: Array.from({ length: count }, (_, i) => target(i)), choices: prompt.labelWords };
}

/** What generated texts answer, beside what was expected: ready to be measured. */
export function readGenerated(generated: readonly string[], { answer }: TextExamples, prompt: Prompt): Answers {
  switch (answer.form) {
    case 'CLASS':
      return {
        kind: 'classes',
        classes: prompt.labelWords.length,
        expected: answer.labels,
        predicted: Int32Array.from(generated, (text) => readClass(prompt, text)),
      };
    case 'NUMBER':
      return {
        kind: 'numbers',
        expected: Float64Array.from(answer.numbers),
        predicted: Float64Array.from(generated, readNumber),
      };
    default:
      return { kind: 'texts', expected: answer.texts.map((text) => [text]), predicted: generated };
  }
}
