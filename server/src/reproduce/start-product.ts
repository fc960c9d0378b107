import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { reproduceErrors } from './errors.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const START_SECONDS = 120;

export interface Product {
  readonly url: string;
  stop(): Promise<void>;
}

/** The product as `npm start -- --no-demo` runs it, with an import root, on a free port. Stopped as by Ctrl-C. */
export async function startProduct(home: string, importRoot: string, signal: AbortSignal): Promise<Product> {
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN, '--no-demo', '--home', home, '--port', String(port)], {
    env: { ...process.env, CRUCIBLE_IMPORT_ROOT: importRoot },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    for (let waited = 0; ; waited += 1) {
      if (child.exitCode !== null || waited > 2 * START_SECONDS) {
        throw reproduceErrors.stepFailed({ step: 'starting the server', problem: said.join('').trim() || 'no answer' });
      }
      const ready = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
      if (ready?.ok === true) return { url: `${url}/graphql`, stop };
      await wait(500, undefined, { signal });
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
