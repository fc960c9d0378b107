import { downloadFile, HubApiError, listFiles, modelInfo, type ListFileEntry } from '@huggingface/hub';
import { isCrucibleError } from '@crucible/engine/errors';
import { importErrors } from './errors.js';
import type { HubSettings } from './hub-settings.js';

export interface HubRequest extends HubSettings {
  readonly repo: string;
  readonly signal?: AbortSignal | undefined;
}

/** Seconds in which the hub must begin to answer. */
const ANSWER_MS = 30_000;

/**
 * The commit that a revision names now: what is fetched by it later is what was looked at.
 *
 * @throws HUB_*
 */
export async function resolveRevision(request: HubRequest, revision: string): Promise<string> {
  const what = `${request.repo} at ${revision}`;
  const info = await ask(request, what, () =>
    modelInfo({ name: request.repo, revision, additionalFields: ['sha'], ...common(request) }),
  );
  const commit: unknown = info.sha;
  if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) {
    throw importErrors.hubRefused({ repo: request.repo, problem: `it names no commit for ${revision}` });
  }
  return commit;
}

/** Files of a repository at a commit, at most `limit` of them. */
export async function listHubFiles(
  request: HubRequest,
  commit: string,
  limit: number,
): Promise<readonly ListFileEntry[]> {
  return ask(request, `${request.repo} at ${commit}`, async () => {
    const entries: ListFileEntry[] = [];
    for await (const entry of listFiles({
      repo: request.repo,
      revision: commit,
      recursive: true,
      ...common(request),
    })) {
      entries.push(entry);
      if (entries.length > limit) throw importErrors.hubTooLarge({ repo: request.repo, what: 'more entries', limit });
    }
    return entries;
  });
}

/** The bytes of one file, as they come. */
export async function openHubFile(
  request: HubRequest,
  commit: string,
  path: string,
): Promise<ReadableStream<Uint8Array>> {
  const blob = await ask(request, `file ${path} in ${request.repo}`, () =>
    downloadFile({ repo: request.repo, revision: commit, path, xet: false, ...common(request) }),
  );
  if (blob === null) throw importErrors.hubNotFound({ what: `file ${path} in ${request.repo}` });
  return blob.stream() as ReadableStream<Uint8Array>;
}

/** Whatever went wrong, in the terms of the catalogue: neither a token nor an address with one in it gets into a message. */
export function hubProblem({ repo, hubUrl, signal }: HubRequest, what: string, error: unknown): unknown {
  if (isCrucibleError(error)) return error;
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof HubApiError) {
    const { statusCode: status } = error;
    if (status === 401 || status === 403) return importErrors.hubUnauthorized({ repo, status });
    if (status === 404) return importErrors.hubNotFound({ what });
    if (status === 429) return importErrors.hubRateLimited({ repo });
    return importErrors.hubRefused({ repo, problem: `it answered with status ${status}` });
  }
  const code = networkCode(error);
  if (code !== undefined) return importErrors.hubOffline({ hub: hubUrl, problem: code });
  return importErrors.hubRefused({ repo, problem: 'its answer is not what a hub answers' }, error);
}

async function ask<T>(request: HubRequest, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw hubProblem(request, what, error);
  }
}

function common({ hubUrl, token, signal }: HubRequest) {
  return { hubUrl, ...(token === undefined ? {} : { accessToken: token }), fetch: guardedFetch(hubUrl, signal) };
}

/** A fetch that gives up, and that sends the token to the hub alone: files come from other machines, by signed addresses. */
function guardedFetch(hubUrl: string, signal: AbortSignal | undefined): typeof fetch {
  const { origin } = new URL(hubUrl);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const headers = new Headers(init?.headers);
    if (url.origin !== origin) headers.delete('authorization');
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new DOMException('no answer', 'TimeoutError')), ANSWER_MS);
    try {
      const signals = signal === undefined ? [silence.signal] : [silence.signal, signal];
      return await fetch(url, { ...init, headers, signal: AbortSignal.any(signals) });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Such as ECONNREFUSED, where a request did not reach anybody. */
function networkCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED)/.test(code)) return code;
    if (cause.name === 'TimeoutError') return 'no answer in time';
  }
  return error instanceof TypeError && error.message === 'fetch failed' ? 'no connection' : undefined;
}
