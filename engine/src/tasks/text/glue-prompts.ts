import type { AnswerForm, Prompt } from './text-task.js';
import type { MetricName } from '../../metrics/index.js';

/** What GLUE (Wang et al. 2019) asks in each of eight tasks, and the words that two lines of work ask it with. */
export interface GlueTask {
  readonly fields: readonly string[];
  readonly answer: AnswerForm;
  readonly classes: readonly string[];
  readonly metric: MetricName;
  readonly prompts: readonly Prompt[];
}

const YES_NO = ['no', 'yes'] as const;

/** `terse`: T5's prefixes, as the paper's own code has them. `natural`: whole sentences, which an un-tuned instruction model can answer. */
function glueTask(
  fields: readonly string[],
  classes: readonly string[],
  metric: MetricName,
  terse: readonly [input: string, words: readonly string[]],
  natural: readonly [input: string, words: readonly string[]],
): GlueTask {
  const answer = classes.length > 0 ? 'CLASS' : 'NUMBER';
  const make = (name: string, [input, labelWords]: readonly [string, readonly string[]]): Prompt => ({
    name,
    input,
    labelWords,
    ...(answer === 'NUMBER' && { decimals: 1 }),
  });
  return { fields, answer, classes, metric, prompts: [make('natural', natural), make('terse', terse)] };
}

const PAIR = ['sentence1', 'sentence2'] as const;
const ENTAILS = ['entailment', 'not_entailment'] as const;

/** Labels are numbered as the Hugging Face data sets number them. */
export const GLUE_TASKS = {
  cola: glueTask(
    ['sentence'],
    ['unacceptable', 'acceptable'],
    'matthews',
    ['cola sentence: {sentence}', ['unacceptable', 'acceptable']],
    [
      'Indicate if the following sentence is grammatically correct or not: "{sentence}". Answer "acceptable" or "unacceptable".',
      ['unacceptable', 'acceptable'],
    ],
  ),
  mnli: glueTask(
    ['premise', 'hypothesis'],
    ['entailment', 'neutral', 'contradiction'],
    'accuracy',
    ['mnli hypothesis: {hypothesis} premise: {premise}', ['entailment', 'neutral', 'contradiction']],
    [
      'Does the premise: "{premise}" logically imply, contradict, or is neutral to the hypothesis: "{hypothesis}"? Answer with "entailment", "contradiction", or "neutral".',
      ['entailment', 'neutral', 'contradiction'],
    ],
  ),
  mrpc: glueTask(
    PAIR,
    ['not_equivalent', 'equivalent'],
    'accuracy',
    ['mrpc sentence1: {sentence1} sentence2: {sentence2}', ['not_equivalent', 'equivalent']],
    [
      'Are the following sentences "{sentence1}" and "{sentence2}" conveying the same meaning? Answer with "yes" or "no".',
      YES_NO,
    ],
  ),
  qnli: glueTask(
    ['question', 'sentence'],
    ENTAILS,
    'accuracy',
    ['qnli question: {question} sentence: {sentence}', ENTAILS],
    [
      'Given the context: "{sentence}", does the question "{question}" have an answer based on the information provided? Answer with "yes" or "no".',
      ['yes', 'no'],
    ],
  ),
  qqp: glueTask(
    ['question1', 'question2'],
    ['not_duplicate', 'duplicate'],
    'accuracy',
    ['qqp question1: {question1} question2: {question2}', ['not_duplicate', 'duplicate']],
    ['Do the questions "{question1}" and "{question2}" have the same intent? Answer with "yes" or "no".', YES_NO],
  ),
  rte: glueTask(
    PAIR,
    ENTAILS,
    'accuracy',
    ['rte sentence1: {sentence1} sentence2: {sentence2}', ENTAILS],
    ['Does the text: "{sentence1}" entail that "{sentence2}" is true? Provide "yes" or "no".', ['yes', 'no']],
  ),
  sst2: glueTask(
    ['sentence'],
    ['negative', 'positive'],
    'accuracy',
    ['sst2 sentence: {sentence}', ['negative', 'positive']],
    ['Given the sentence "{sentence}", determine the sentiment. Is it positive or negative?', ['negative', 'positive']],
  ),
  stsb: glueTask(
    PAIR,
    [],
    'spearman',
    ['stsb sentence1: {sentence1} sentence2: {sentence2}', []],
    [
      'Consider the sentences "{sentence1}" and "{sentence2}". On a scale from 1 (completely different) to 5 (completely similar), rate the similarity.',
      [],
    ],
  ),
} as const satisfies Readonly<Record<string, GlueTask>>;

export type GlueName = keyof typeof GLUE_TASKS;
