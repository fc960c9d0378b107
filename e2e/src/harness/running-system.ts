import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GraphqlClient } from './graphql-client.js';
import { processTree, waitUntil } from './processes.js';

const main = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

export interface SystemOptions {
  /** Where it keeps its things; a fresh temporary folder by default. */
  readonly home?: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The product as `npm start` runs it: supervisor, API, worker, database. `dispose` stops it as Ctrl-C does and removes its home. */
export class RunningSystem {
  readonly home: string;
  readonly url: string;
  readonly client: GraphqlClient;
  readonly process: ChildProcess;
  readonly #output: string[];
  readonly #ownsHome: boolean;

  private constructor(process: ChildProcess, home: string, ownsHome: boolean, url: string, output: string[]) {
    this.process = process;
    this.home = home;
    this.url = url;
    this.client = new GraphqlClient(`${url}/graphql`);
    this.#output = output;
    this.#ownsHome = ownsHome;
  }

  static async start(options: SystemOptions = {}): Promise<RunningSystem> {
    const home = options.home ?? (await mkdtemp(join(tmpdir(), 'crucible-e2e-')));
    // mkdtemp gives 0700; as root the database runs under an unprivileged user, which must be able to reach its data.
    await chmod(home, 0o755);
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [main, '--port', String(port), '--home', home, ...(options.arguments ?? ['--no-demo'])],
      { env: { ...process.env, ...options.environment }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    const system = new RunningSystem(child, home, options.home === undefined, `http://127.0.0.1:${port}`, output);
    await waitUntil(
      'the API to be ready',
      async () => {
        if (child.exitCode !== null) throw new Error(`the system ended with ${child.exitCode}:\n${system.output}`);
        const response = await fetch(`${system.url}/readyz`).catch(() => undefined);
        return response?.ok ? true : undefined;
      },
      120,
    ).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw new Error(`${String(error)}\n${system.output}`, { cause: error });
    });
    return system;
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.#output.join('');
  }

  /** Stops it as Ctrl-C does; gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    await this.client.dispose();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exited = new Promise<number | null>((resolve) => this.process.once('exit', (code) => resolve(code)));
    this.process.kill(signal);
    return await exited;
  }

  /** SIGKILL to the whole tree at once: the power cut. */
  async cutPower(): Promise<void> {
    await this.client.dispose();
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    for (const row of processTree(this.pid)) {
      try {
        process.kill(row.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await exited;
  }

  async dispose(): Promise<void> {
    await this.stop();
    if (this.#ownsHome) await rm(this.home, { recursive: true, force: true });
  }
}
