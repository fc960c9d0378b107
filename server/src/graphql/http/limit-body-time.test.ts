import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitBodyTime } from './limit-body-time.js';

describe('the time that a body may take', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    const app = express();
    app.use(
      limitBodyTime(0.2),
      express.json(),
      (request, response) => void response.json({ got: request.body as unknown }),
    );
    server = createServer({ requestTimeout: 0 }, app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => server.close());

  it('ends a request that never ends, and no other', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 1000 };
    const slow = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers });
    slow.write('{"a": ');
    const [error] = (await once(slow, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    const quick = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await quick.json()).toEqual({ got: { a: 1 } });
  });
});
