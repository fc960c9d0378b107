import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A server of our own that speaks OpenAI's protocol on the loopback interface, with a model that is a rule. */
export interface LoopbackServer {
  readonly url: string;
  readonly received: ReceivedRequest[];
  /** Answers of the next requests in place of the model's. */
  readonly scripted: {
    readonly status: number;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }[];
  close(): Promise<void>;
}

/** Words with the white space before them, as byte-level tokenizers make tokens. */
const tokenize = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/gu) ?? [];

/** Its model says "yes" to texts with a question mark and "no" to others, and finds a token the less likely the longer it is. */
const answerOf = (text: string): string => (text.includes('?') ? 'yes' : 'no');
export const logprobOf = (token: string): number => -Array.from(token).length / 4;

export async function startLoopbackServer(): Promise<LoopbackServer> {
  const received: ReceivedRequest[] = [];
  const scripted: LoopbackServer['scripted'] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    const body = JSON.parse(await readBody(request)) as Record<string, unknown>;
    received.push({ path, authorization: request.headers.authorization, body });
    const answer = scripted.shift() ?? { status: 200, body: JSON.stringify(respond(path, body)) };
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body ?? '');
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    received,
    scripted,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function respond(path: string, body: Readonly<Record<string, unknown>>): object {
  if (path.endsWith('/chat/completions')) {
    const [message] = body['messages'] as readonly { readonly content: string }[];
    return { choices: [{ message: { role: 'assistant', content: answerOf(message!.content) } }] };
  }
  const prompt = String(body['prompt']);
  const generated = ` ${answerOf(prompt)}`;
  if (body['echo'] !== true) return { choices: [{ text: generated }] };
  const tokens = [...tokenize(prompt), generated];
  let offset = 0;
  const offsets = tokens.map((token) => {
    const begin = offset;
    offset += Array.from(token).length;
    return begin;
  });
  const logprobs = tokens.map((token, i) => (i === 0 ? null : logprobOf(token)));
  return {
    choices: [{ text: prompt + generated, logprobs: { tokens, token_logprobs: logprobs, text_offset: offsets } }],
  };
}
