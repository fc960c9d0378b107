import { defineError } from '@crucible/engine/errors';

/** What can go wrong with a server that speaks OpenAI's protocol. */
export const openAiErrors = {
  refused: defineError({
    code: 'OPENAI_REFUSED',
    summary: 'The server of a model refused a request.',
    remedy: 'Read its answer: check the name of the model, the key, and what the server supports.',
    message: (d: { readonly url: string; readonly status: number; readonly answer: string }) =>
      `${d.url} answered ${d.status}: ${d.answer}`,
  }),
  unanswered: defineError({
    code: 'OPENAI_UNANSWERED',
    summary: 'The server of a model did not answer, or too late, as often as it was asked.',
    remedy: 'Check that it runs and that the worker reaches it; raise timeoutSeconds for slow models.',
    message: (d: { readonly url: string; readonly tries: number; readonly reason: string }) =>
      `${d.url} did not answer in ${d.tries} tries: ${d.reason}`,
  }),
  malformed: defineError({
    code: 'OPENAI_MALFORMED',
    summary: 'The server of a model answered with something that is not the protocol.',
    remedy: 'Check the url (it usually ends in /v1), and that the server speaks this part of the protocol.',
    message: (d: { readonly url: string; readonly problem: string }) => `${d.url}: ${d.problem}`,
  }),
  chatUnable: defineError({
    code: 'OPENAI_CHAT_UNABLE',
    summary: 'Likelihoods were asked of the chat protocol, which tells none of a given text.',
    remedy: 'Set api to COMPLETIONS; vLLM offers both.',
    message: () => 'chat tells no likelihoods of given texts',
  }),
} as const;
