/** PEFT's `task_type`, and the class of transformers whose modules have the names that such an adapter has. */
const CLASSES: Readonly<Record<string, string>> = {
  CAUSAL_LM: 'AutoModelForCausalLM',
  SEQ_2_SEQ_LM: 'AutoModelForSeq2SeqLM',
  SEQ_CLS: 'AutoModelForSequenceClassification',
  TOKEN_CLS: 'AutoModelForTokenClassification',
  QUESTION_ANS: 'AutoModelForQuestionAnswering',
  FEATURE_EXTRACTION: 'AutoModel',
};

/**
 * The class of transformers that loads a model with the modules that an adapter names: `AutoModel` is the model without its head, whose modules lack the
 * prefix `model.` and which PEFT then does not find. By the adapter's task type, or else the base's architecture, or else `AutoModel`.
 *
 * @param config config.json of the base, as a stranger wrote it: only what is an identifier gets into the card's code.
 */
export function loaderClass(taskType: string | null, config: Readonly<Record<string, unknown>>): string {
  const byTask = taskType === null || !Object.hasOwn(CLASSES, taskType) ? undefined : CLASSES[taskType];
  if (byTask !== undefined) return byTask;
  const { architectures } = config;
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  return typeof first === 'string' && /^[A-Z][A-Za-z0-9_]{0,99}$/.test(first) ? first : 'AutoModel';
}
