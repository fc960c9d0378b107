import type { EvaluatorContext, IncomingResponse } from '@crucible/sdk';
import { openAiErrors } from './errors.js';
import type { OpenAiOptions } from './options.js';

type Context = EvaluatorContext<OpenAiOptions>;

const SHOWN = 500;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/**
 * Posts a request and reads JSON back. What may pass (408, 429, 5xx, silence) is tried again, waiting twice as long each time or as long as the server says.
 *
 * @throws OPENAI_REFUSED, OPENAI_UNANSWERED, OPENAI_MALFORMED
 */
export async function ask(context: Context, path: string, body: object): Promise<unknown> {
  const { options, signal, send, wait, onLog } = context;
  const url = `${options.url.replace(/\/+$/, '')}${path}`;
  let reason = '';
  for (let attempt = 0; attempt <= options.retries; attempt += 1) {
    signal.throwIfAborted();
    let pause = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
    let response: IncomingResponse | undefined;
    try {
      response = await send({
        url,
        method: 'POST',
        headers: headersOf(context),
        body: JSON.stringify({ model: options.model, ...body }),
        timeoutSeconds: options.timeoutSeconds,
      });
    } catch (error) {
      signal.throwIfAborted();
      // What the host forbids stays forbidden; only silence is worth another try.
      if (isFinalRefusal(error)) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (response !== undefined) {
      if (response.status === 200) return parse(url, response.body);
      const answer = response.body.slice(0, SHOWN);
      if (!isPassing(response.status)) throw openAiErrors.refused({ url, status: response.status, answer });
      reason = `${response.status}: ${answer}`;
      if (response.retryAfter !== undefined) pause = Math.min(LONGEST_WAIT_MS, response.retryAfter * 1000);
    }
    if (attempt < options.retries) {
      onLog(`${url}: ${reason}; trying again in ${pause / 1000} s`);
      await wait(pause);
    }
  }
  throw openAiErrors.unanswered({ url, tries: options.retries + 1, reason });
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function isFinalRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('EVALUATOR_');
}

function headersOf({ options, key }: Context): Readonly<Record<string, string>> {
  const secret = options.key === null ? undefined : key(options.key);
  return { 'content-type': 'application/json', ...(secret !== undefined && { authorization: `Bearer ${secret}` }) };
}

function parse(url: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw openAiErrors.malformed({ url, problem: `the answer is not JSON: ${(error as Error).message}` });
  }
}
