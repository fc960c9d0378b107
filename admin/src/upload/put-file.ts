import { ApiError } from '../graphql/api-error';

interface PutOptions {
  readonly url: string;
  readonly token: string;
  readonly file: Blob;
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

interface Refusal {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly remedy?: string };
  }[];
}

/** Sends one body. `fetch` does not tell how far a body has gone; XMLHttpRequest does. Refusals come as `ApiError`, as those of GraphQL do. */
export function putFile({ url, token, file, onProgress, signal }: PutOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const settle = (work: () => void): void => {
      signal.removeEventListener('abort', stop);
      work();
    };
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () =>
      settle(() => (request.status < 300 ? resolve() : reject(refusalOf(request.responseText, request.status)))),
    );
    request.addEventListener('error', () =>
      settle(() => reject(new ApiError('SERVER_UNREACHABLE', 'The connection broke while the file was being sent.'))),
    );
    request.addEventListener('abort', () => settle(() => reject(new DOMException('stopped', 'AbortError'))));
    signal.addEventListener('abort', stop);
    request.open('PUT', url);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    if (signal.aborted) stop();
    else request.send(file);
  });
}

function refusalOf(text: string, status: number): ApiError {
  try {
    const [first] = (JSON.parse(text) as Refusal).errors ?? [];
    if (first) return new ApiError(first.extensions?.code ?? 'UNKNOWN', first.message, first.extensions?.remedy);
  } catch {
    // Whatever stood between answered, and not the API: its status has to do.
  }
  return new ApiError('NO_ANSWER', `The server answered ${status} and no JSON.`);
}
