import { z } from 'zod';
import { openAiErrors } from './errors.js';

const chat = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});
const completion = z.object({ choices: z.array(z.object({ text: z.string() })).min(1) });
const echo = z.object({
  choices: z
    .array(
      z.object({
        logprobs: z.object({
          token_logprobs: z.array(z.number().nullable()),
          text_offset: z.array(z.int()),
        }),
      }),
    )
    .min(1),
});

/** The text that a chat answered. */
export const chatText = (url: string, json: unknown): string => read(url, chat, json).choices[0]!.message.content ?? '';

/** The text that a completion went on with. */
export const completionText = (url: string, json: unknown): string => read(url, completion, json).choices[0]!.text;

export interface TargetLikelihood {
  /** −Σ ln p, in nats. */
  readonly negativeLogLikelihood: number;
  readonly tokens: number;
}

/**
 * How likely the end of an echoed text is: the tokens that begin at `begin` or later and before `end`, in characters. A token that reaches over the boundary belongs to what comes
 * before it. Servers count offsets in characters of Python, which are code points.
 */
export function targetLikelihood(url: string, json: unknown, begin: number, end: number): TargetLikelihood {
  const { token_logprobs: logprobs, text_offset: offsets } = read(url, echo, json).choices[0]!.logprobs;
  if (logprobs.length !== offsets.length) {
    throw openAiErrors.malformed({ url, problem: `${logprobs.length} likelihoods of ${offsets.length} tokens` });
  }
  let sum = 0;
  let tokens = 0;
  offsets.forEach((offset, i) => {
    if (offset < begin || offset >= end) return;
    const logprob = logprobs[i];
    // The first token of a text has none: nothing comes before it.
    if (logprob === null || logprob === undefined) return;
    sum -= logprob;
    tokens += 1;
  });
  if (tokens === 0) {
    throw openAiErrors.malformed({ url, problem: 'no token begins in the text whose likelihood was asked for' });
  }
  return { negativeLogLikelihood: Math.max(0, sum), tokens };
}

function read<T>(url: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw openAiErrors.malformed({
    url,
    problem: `${issue?.path.join('.') ?? 'the answer'}: ${issue?.message ?? 'invalid'}`,
  });
}
