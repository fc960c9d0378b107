import { setTimeout as sleep } from 'node:timers/promises';
import type { EvaluatorContext, IncomingResponse, OutgoingRequest } from '@crucible/sdk';
import { evaluatorErrors } from './evaluator-errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Caps on what a server may send. */
export const outsideLimits = { answerBytes: 16_777_216, timeoutSeconds: 120 } as const;
const KEY_PREFIX = 'CRUCIBLE_EVALUATOR_KEY_';

/**
 * The way of evaluators to the world: addresses that the operator listed, and keys that the operator set for them. Whoever may start evaluations may choose among
 * those, and reach nothing else by them: neither another host of the network nor another variable of the environment.
 */
export function outsideNetwork(
  signal: AbortSignal,
  env: Environment = process.env,
): Pick<EvaluatorContext<unknown>, 'send' | 'key' | 'wait'> {
  const allowed = (env['CRUCIBLE_EVALUATOR_ENDPOINTS'] ?? '').split(/[\s,]+/).filter((each) => URL.canParse(each));
  return {
    async send(request) {
      if (!allowed.some((each) => isUnder(request.url, each)))
        throw evaluatorErrors.endpointForbidden({ url: request.url });
      return sendOnce(request, signal);
    },
    key: (name) => (/^[A-Z][A-Z0-9_]*$/.test(name) ? env[KEY_PREFIX + name] : undefined),
    wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
  };
}

/** Same scheme, host and port, and a path that is the allowed one or below it. */
function isUnder(url: string, allowed: string): boolean {
  if (!URL.canParse(url)) return false;
  const [got, least] = [new URL(url), new URL(allowed)];
  const path = least.pathname.replace(/\/+$/, '');
  return got.origin === least.origin && (got.pathname === path || got.pathname.startsWith(`${path}/`));
}

async function sendOnce(
  { url, method = 'GET', headers, body, timeoutSeconds = outsideLimits.timeoutSeconds }: OutgoingRequest,
  signal: AbortSignal,
): Promise<IncomingResponse> {
  const response = await fetch(url, {
    method,
    // A redirect could lead anywhere.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > outsideLimits.answerBytes)
      throw evaluatorErrors.answerTooLarge({ url, limit: outsideLimits.answerBytes });
    chunks.push(chunk);
  }
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    body: Buffer.concat(chunks).toString('utf8'),
    retryAfter: Number.isFinite(after) && after >= 0 ? after : undefined,
  };
}
