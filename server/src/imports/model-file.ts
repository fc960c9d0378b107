/** What a base model's folder is taken over with: weights, configuration, tokenizer, chat template. Code and everything else stays where it is. */
export const isModelFile = (path: string): boolean =>
  !path.includes('/') &&
  !path.startsWith('.') &&
  (path.endsWith('.safetensors') ||
    path.endsWith('.safetensors.index.json') ||
    (/\.(?:json|txt|model|jinja|vocab|bpe|tiktoken)$/.test(path) && !NOT_OF_THE_MODEL.test(path)));

const NOT_OF_THE_MODEL =
  /(?:^adapter_config\.json|^trainer_state\.json|^training_args\.json|_results\.json|\.bin\.index\.json)$/;
