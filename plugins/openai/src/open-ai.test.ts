import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvaluatorContext, EvaluatorRequest } from '@crucible/sdk';
import { isPlugin } from '@crucible/sdk';
import plugin from './index.js';
import { logprobOf, startLoopbackServer, type LoopbackServer } from './loopback-server.testing.js';
import { openAi } from './open-ai.js';
import { openAiOptions, type OpenAiOptions } from './options.js';

let server: LoopbackServer;
beforeAll(async () => {
  server = await startLoopbackServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  server.scripted.length = 0;
});

interface Told {
  readonly waits: number[];
  readonly progress: [number, number][];
}

function contextOf(
  options: Partial<OpenAiOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): EvaluatorContext<OpenAiOptions> & { readonly told: Told } {
  const told: Told = { waits: [], progress: [] };
  return {
    told,
    options: openAiOptions.parse({ url: server.url, model: 'mrpc', ...options }),
    signal,
    onProgress: (done, total) => told.progress.push([done, total]),
    onLog: () => {},
    send: async ({ url, method = 'GET', headers, body }) => {
      const response = await fetch(url, {
        method,
        signal,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
      });
      const after = response.headers.get('retry-after');
      return {
        status: response.status,
        body: await response.text(),
        retryAfter: after === null ? undefined : Number(after),
      };
    },
    key: (name) => (name === 'VLLM' ? 'secret' : undefined),
    wait: async (milliseconds) => {
      told.waits.push(milliseconds);
      await sleep(0, undefined, { signal });
    },
  };
}
const generate: EvaluatorRequest = { kind: 'GENERATE', inputs: ['really?', 'no question'], maxTokens: 8, stop: ['\n'] };

describe('a server that speaks OpenAI’s protocol', () => {
  it.each(['COMPLETIONS', 'CHAT'] as const)('generates by %s, greedily, in the order of the inputs', async (api) => {
    const context = contextOf({ api, key: 'VLLM' });
    const got = await openAi.evaluate(generate, context);
    expect(got.kind === 'GENERATE' && got.texts.map((text) => text.trim())).toEqual(['yes', 'no']);
    expect(server.received.map(({ authorization }) => authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(server.received[0]!.body).toMatchObject({ model: 'mrpc', temperature: 0, max_tokens: 8, stop: ['\n'] });
    expect(context.told.progress.at(-1)).toEqual([2, 2]);
  });

  it('chooses what is the likeliest to go on, and weighs given texts by their own tokens alone', async () => {
    const choose = await openAi.evaluate(
      { kind: 'CHOOSE', inputs: ['Is it? 🙂', 'x'], choices: ['acceptable', 'no', 'yes'] },
      contextOf(),
    );
    // The rule finds short words likelier.
    expect(choose).toEqual({ kind: 'CHOOSE', chosen: Int32Array.of(1, 1) });
    const weighed = await openAi.evaluate(
      { kind: 'LIKELIHOOD', inputs: ['Say 🙂', 'Two'], targets: ['hello', 'words here'] },
      contextOf(),
    );
    expect(weighed).toEqual({
      kind: 'LIKELIHOOD',
      negativeLogLikelihood: Float64Array.of(-logprobOf(' hello'), -logprobOf(' words') - logprobOf(' here')),
      tokens: Int32Array.of(1, 2),
    });
  });

  it('is asked again after 429 and 5xx, as late as it says, and not after a refusal', async () => {
    server.scripted.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 503, body: 'loading' });
    const context = contextOf({ concurrency: 1 });
    await expect(openAi.evaluate(generate, context)).resolves.toMatchObject({ kind: 'GENERATE' });
    expect(context.told.waits).toEqual([7000, 1000]);
    server.scripted.push({ status: 404, body: 'no model "mrpc"' });
    await expect(openAi.evaluate(generate, contextOf({ concurrency: 1 }))).rejects.toMatchObject({
      code: 'OPENAI_REFUSED',
      message: expect.stringContaining('no model "mrpc"'),
    });
  });

  it('is given up when it stays silent', async () => {
    server.scripted.push(...Array.from({ length: 3 }, () => ({ status: 500, body: 'broken' })));
    await expect(openAi.evaluate(generate, contextOf({ concurrency: 1, retries: 2 }))).rejects.toMatchObject({
      code: 'OPENAI_UNANSWERED',
      message: expect.stringContaining('3 tries'),
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no choice', '{"choices":[]}'],
    ['another shape', '{"choices":[{"message":"yes"}]}'],
  ])('is refused where it answers with %s', async (_, body) => {
    server.scripted.push({ status: 200, body });
    await expect(openAi.evaluate(generate, contextOf({ concurrency: 1 }))).rejects.toMatchObject({
      code: 'OPENAI_MALFORMED',
    });
  });

  it('tells no likelihoods by chat', async () => {
    const request: EvaluatorRequest = { kind: 'LIKELIHOOD', inputs: ['a'], targets: ['b'] };
    await expect(openAi.evaluate(request, contextOf({ api: 'CHAT' }))).rejects.toMatchObject({
      code: 'OPENAI_CHAT_UNABLE',
    });
  });

  it('is left alone once the signal says so', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(openAi.evaluate(generate, contextOf({}, stop.signal))).rejects.toThrow('enough');
    expect(server.received).toEqual([]);
  });

  it('is told by name, without its key', () => {
    const options = openAiOptions.parse({ url: 'https://gpu.example/v1', model: 'llama-70b-mrpc', key: 'VLLM' });
    expect(openAi.describeModel(options)).toBe('llama-70b-mrpc at gpu.example');
    expect(isPlugin(plugin)).toBe(true);
    for (const url of ['ftp://x', 'nonsense', ''])
      expect(openAiOptions.safeParse({ url, model: 'x' }).success).toBe(false);
  });
});
