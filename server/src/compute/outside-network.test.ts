import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideLimits, outsideNetwork } from './outside-network.js';

describe('the network of evaluators', () => {
  let server: Server;
  let origin: string;
  const signal = new AbortController().signal;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/v1/moved') response.writeHead(302, { location: '/v1/else' }).end();
      else if (request.url === '/v1/busy') response.writeHead(429, { 'retry-after': '3' }).end('later');
      else if (request.url === '/v1/large') response.end(Buffer.alloc(outsideLimits.answerBytes + 1));
      else if (request.url !== '/v1/silent') response.end(`${request.method} ${request.headers['x-asked'] ?? ''}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const network = (env: Record<string, string> = {}) =>
    outsideNetwork(signal, { CRUCIBLE_EVALUATOR_ENDPOINTS: `${origin}/v1, https://other.example/api`, ...env });

  it('reaches what the operator listed, and what lies below', async () => {
    const { send } = network();
    expect(await send({ url: `${origin}/v1/x`, method: 'POST', headers: { 'x-asked': 'yes' }, body: '{}' })).toEqual({
      status: 200,
      body: 'POST yes',
      retryAfter: undefined,
    });
    expect(await send({ url: `${origin}/v1/busy` })).toEqual({ status: 429, body: 'later', retryAfter: 3 });
  });

  it.each([
    ['another path', (at: string) => `${at}/v2/x`],
    ['a path that only begins alike', (at: string) => `${at}/v1x`],
    ['a path that climbs out', (at: string) => `${at}/v1/../admin`],
    ['another port', () => 'http://127.0.0.1:1/v1'],
    ['another scheme', (at: string) => at.replace('http:', 'https:') + '/v1'],
    ['another host by its user', (at: string) => `${at.replace('http://', 'http://other.example@')}:1/v1`],
    ['no address', () => 'nonsense'],
  ])('reaches no %s', async (_, urlOf) => {
    await expect(network().send({ url: urlOf(origin) })).rejects.toMatchObject({
      code: 'EVALUATOR_ENDPOINT_FORBIDDEN',
    });
  });

  it('reaches nothing where nothing is listed', async () => {
    const { send } = outsideNetwork(signal, {});
    await expect(send({ url: `${origin}/v1` })).rejects.toMatchObject({ code: 'EVALUATOR_ENDPOINT_FORBIDDEN' });
  });

  it('follows no redirect, reads no more than it may, and does not wait for ever', async () => {
    const { send } = network();
    await expect(send({ url: `${origin}/v1/moved` })).rejects.toThrow('fetch failed');
    await expect(send({ url: `${origin}/v1/large` })).rejects.toMatchObject({ code: 'EVALUATOR_ANSWER_TOO_LARGE' });
    await expect(send({ url: `${origin}/v1/silent`, timeoutSeconds: 0.05 })).rejects.toThrow(/timeout/i);
  });

  it('tells keys that were set for evaluators, and no other variable', () => {
    const { key } = network({ CRUCIBLE_EVALUATOR_KEY_VLLM: 'secret', DATABASE_URL: 'postgres://…' });
    expect(key('VLLM')).toBe('secret');
    for (const name of ['DATABASE_URL', '', 'vllm', '../X', 'VLLM\n']) expect(key(name)).toBeUndefined();
  });

  it('stops waiting when the signal says so', async () => {
    const stop = new AbortController();
    const waiting = outsideNetwork(stop.signal, {}).wait(60_000);
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
