import { defineError } from '../errors/index.js';

/** What can be wrong with a model: its configuration, its weights, or how it is asked to compute. */
export const modelErrors = {
  configUnreadable: defineError({
    code: 'MODEL_CONFIG_UNREADABLE',
    summary: "A model folder's config.json is missing, too long, or not a JSON object.",
    remedy: 'Name a folder in Hugging Face layout, with config.json beside the safetensors files.',
    message: (d: { readonly file: string; readonly reason: string }) => `${d.file} cannot be read: ${d.reason}.`,
  }),
  configUnsupported: defineError({
    code: 'MODEL_CONFIG_UNSUPPORTED',
    summary: 'The configuration describes a model that Crucible does not compute.',
    remedy: 'Use a model of a family and with the features that the message names.',
    message: (d: { readonly model: string; readonly field: string; readonly got: string; readonly expected: string }) =>
      `${d.model}: ${d.field} is ${d.got}; expected ${d.expected}.`,
  }),
  tensorMissing: defineError({
    code: 'MODEL_TENSOR_MISSING',
    summary: 'The weights lack a tensor that the configuration calls for.',
    remedy: 'Check that config.json belongs to these weights, and that every shard is there.',
    message: (d: { readonly model: string; readonly tensor: string }) => `${d.model} has no tensor ${d.tensor}.`,
  }),
  tensorMisshapen: defineError({
    code: 'MODEL_TENSOR_MISSHAPEN',
    summary: 'A tensor of the weights has another shape than the configuration calls for.',
    remedy: 'Check that config.json belongs to these weights.',
    message: (d: {
      readonly model: string;
      readonly tensor: string;
      readonly got: readonly number[];
      readonly expected: readonly number[];
    }) =>
      `${d.model}: tensor ${d.tensor} is [${d.got.join(', ')}], the configuration calls for [${d.expected.join(', ')}].`,
  }),
  imagesMismatched: defineError({
    code: 'MODEL_IMAGES_MISMATCHED',
    summary: 'Images have another size or number of channels than the model takes.',
    remedy:
      'Resize or convert the images to the size in the error; a single channel is repeated when the model takes three.',
    message: (d: { readonly got: string; readonly expected: string }) =>
      `images are ${d.got}, the model takes ${d.expected} (height × width × channels).`,
  }),
  familyUnknown: defineError({
    code: 'MODEL_FAMILY_UNKNOWN',
    summary: 'The model_type of config.json is of no family that Crucible computes.',
    remedy: 'Use a model of one of the types in the message.',
    message: (d: { readonly model: string; readonly got: string; readonly known: readonly string[] }) =>
      `${d.model}: model_type is ${d.got}; known are ${d.known.join(', ')}.`,
  }),
  inputMissing: defineError({
    code: 'MODEL_INPUT_MISSING',
    summary: 'A model was not given what it reads.',
    remedy: 'Give images to a model of images, and token ids to a model of texts.',
    message: (d: { readonly family: string; readonly input: string }) =>
      `a ${d.family} model reads ${d.input}: none given.`,
  }),
  outputUnknown: defineError({
    code: 'MODEL_OUTPUT_UNKNOWN',
    summary: 'A model was asked for an output that it does not have.',
    remedy: 'Ask for one of the outputs in the message; logits need a checkpoint with a classifier.',
    message: (d: { readonly family: string; readonly got: string; readonly known: readonly string[] }) =>
      `this ${d.family} model has no output ${d.got}; it has ${d.known.join(', ')}.`,
  }),
  promptsMissing: defineError({
    code: 'MODEL_PROMPTS_MISSING',
    summary: 'A head of class prompts needs at least two classes, and a prompt for each.',
    remedy: 'Give every class at least one prompt, such as "a photo of a {class}".',
    message: (d: { readonly got: string }) =>
      `prompts: got ${d.got}; expected at least two classes with a prompt each.`,
  }),
  tokensMismatched: defineError({
    code: 'MODEL_TOKENS_MISMATCHED',
    summary:
      'Token ids have the wrong count, are outside the vocabulary, or are more than the model has positions for.',
    remedy: "Use the model's own tokenizer, and truncate to the length in the message.",
    message: (d: { readonly got: string; readonly expected: string }) => `got ${d.got}; expected ${d.expected}.`,
  }),
  targetsUnmatched: defineError({
    code: 'MODEL_TARGETS_UNMATCHED',
    summary: 'A target module of an adapter names no linear layer of the model.',
    remedy: 'Name linear layers of the model, in full or by their last part, such as v_proj.',
    message: (d: { readonly target: string; readonly known: readonly string[] }) =>
      `target module ${JSON.stringify(d.target)} names no linear layer; the model has ${d.known.join(', ')}.`,
  }),
  adapterMismatched: defineError({
    code: 'MODEL_ADAPTER_MISMATCHED',
    summary: 'An adapter has a module that the model lacks, or whose shape is another.',
    remedy: 'Use the adapter with the base model that it was trained for.',
    message: (d: { readonly module: string; readonly got: string; readonly expected: string }) =>
      `adapter module ${d.module}: ${d.got}; expected ${d.expected}.`,
  }),
} as const;
