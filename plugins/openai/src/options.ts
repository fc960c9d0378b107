import { z } from 'zod';

/** How the server is asked. */
export const openAiOptions = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe('Address of the API, usually ending in /v1; the operator must have allowed it')
    .meta({ 'x-required': true }),
  model: z
    .string()
    .min(1)
    .max(500)
    .describe('Name of the model there; with vLLM that of the LoRA, as given to --lora-modules')
    .meta({ 'x-required': true }),
  api: z
    .enum(['COMPLETIONS', 'CHAT'])
    .default('COMPLETIONS')
    .describe(
      'COMPLETIONS goes on from the text itself and tells likelihoods; CHAT wraps it into the model’s template',
    ),
  key: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/)
    .nullable()
    .default(null)
    .describe('Name of the key to send: KEY stands for the worker’s environment variable CRUCIBLE_EVALUATOR_KEY_KEY'),
  concurrency: z.int().min(1).max(128).default(8).describe('Requests under way at once'),
  retries: z
    .int()
    .min(0)
    .max(20)
    .default(5)
    .describe('Times that a request is repeated after 408, 429, 5xx or silence'),
  timeoutSeconds: z.int().min(1).max(3600).default(120).describe('Seconds after which a request counts as unanswered'),
});
export type OpenAiOptions = z.output<typeof openAiOptions>;
