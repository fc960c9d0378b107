import { defineEvaluator, type EvaluatorContext } from '@crucible/sdk';
import { chatText, completionText, targetLikelihood, type TargetLikelihood } from './answers.js';
import { ask } from './ask.js';
import { openAiErrors } from './errors.js';
import { inParallel } from './in-parallel.js';
import { openAiOptions, type OpenAiOptions } from './options.js';

type Context = EvaluatorContext<OpenAiOptions>;

/** Asks a server that speaks OpenAI's protocol. Texts are generated greedily; choices are weighed by the sum of their tokens' log-likelihoods, as lm-evaluation-harness does. */
export const openAi = defineEvaluator({
  id: 'openAi',
  title: 'OpenAI-compatible server',
  description:
    'Asks a model behind OpenAI’s protocol: vLLM (also with LoRA adapters), llama.cpp, TGI, Ollama or a service. So models that are too large for this machine are scored beside those that it runs.',
  references: [
    {
      title: 'vLLM: OpenAI-compatible server',
      url: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
    },
    { title: 'OpenAI API reference', url: 'https://platform.openai.com/docs/api-reference' },
  ],
  options: openAiOptions,
  answers: ['GENERATE', 'CHOOSE', 'LIKELIHOOD'],
  describeModel: ({ url, model }) => `${model} at ${new URL(url).host}`,
  async evaluate(request, context) {
    const { inputs } = request;
    const { concurrency } = context.options;
    let done = 0;
    const each = <Result>(work: (input: string, index: number) => Promise<Result>) =>
      inParallel(inputs, concurrency, async (input, index) => {
        const result = await work(input, index);
        done += 1;
        context.onProgress(done, inputs.length);
        return result;
      });
    if (request.kind === 'GENERATE') {
      const { maxTokens, stop } = request;
      return { kind: 'GENERATE', texts: await each((input) => generate(context, input, maxTokens, stop)) };
    }
    if (context.options.api === 'CHAT') throw openAiErrors.chatUnable({});
    if (request.kind === 'LIKELIHOOD') {
      const found = await each((input, index) => weigh(context, input, request.targets[index]!));
      return {
        kind: 'LIKELIHOOD',
        negativeLogLikelihood: Float64Array.from(found, (target) => target.negativeLogLikelihood),
        tokens: Int32Array.from(found, ({ tokens }) => tokens),
      };
    }
    const chosen = await each(async (input) => {
      const weights: number[] = [];
      for (const choice of request.choices) weights.push((await weigh(context, input, choice)).negativeLogLikelihood);
      // Of equally likely choices the first, as everywhere in Crucible.
      return weights.indexOf(Math.min(...weights));
    });
    return { kind: 'CHOOSE', chosen: Int32Array.from(chosen) };
  },
});

async function generate(context: Context, input: string, maxTokens: number, stop: readonly string[]): Promise<string> {
  const common = { max_tokens: maxTokens, temperature: 0, ...(stop.length > 0 && { stop }) };
  const { url, api } = context.options;
  if (api === 'CHAT') {
    return chatText(
      url,
      await ask(context, '/chat/completions', { messages: [{ role: 'user', content: input }], ...common }),
    );
  }
  return completionText(url, await ask(context, '/completions', { prompt: input, ...common }));
}

/** The text is echoed with the likelihood of each of its tokens. One token is generated and left out, since servers refuse to generate none. */
async function weigh(context: Context, input: string, target: string): Promise<TargetLikelihood> {
  // A word goes on from a text after a space; its own white space, if it has some, stays.
  const joined = input === '' || /^\s/.test(target) || /\s$/.test(input) ? target : ` ${target}`;
  const text = input + joined;
  const json = await ask(context, '/completions', {
    prompt: text,
    max_tokens: 1,
    temperature: 0,
    logprobs: 1,
    echo: true,
  });
  return targetLikelihood(context.options.url, json, lengthOf(input), lengthOf(text));
}

const lengthOf = (text: string): number => Array.from(text).length;
