import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlobStore } from '../blobs/index.js';
import { ensureSchema } from '../database/ensure-schema.js';
import { databaseErrors } from '../database/errors.js';
import { startPostgres, type EmbeddedPostgres } from '../database/postgres/start-postgres.js';
import { HELP, readArguments, REPOSITORY, type MainArguments } from './arguments.js';
import { checkPort } from './check-port.js';
import { mainErrors } from './errors.js';
import { lockInstance } from './instance-lock.js';
import { ManagedProcess } from './managed-process.js';
import type { WorkspaceImport } from '../services/services.js';

/** The system when it serves. */
export interface ReadySystem {
  /** Such as `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly home: string;
  /** What of the demo workspace was taken in; undefined without one. */
  readonly workspace: WorkspaceImport | undefined;
  /** Aborts when the system is being stopped. */
  readonly signal: AbortSignal;
  readonly startedInSeconds: number;
}

export interface RunOptions {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
  /** What is done once everything serves, unless `--no-demo` or `--load-only` is given: the demo, as a client. A failure of it is told and ends nothing. */
  readonly afterReady?: (system: ReadySystem) => Promise<void>;
}

const entry = (path: string): string => fileURLToPath(new URL(`../../dist/${path}/main.js`, import.meta.url));

/**
 * Starts database, API and worker, serves until told to end, and leaves no process behind. Answers the exit code: 0 after an orderly end that was
 * asked for, 1 when something failed. A second Ctrl-C does not wait for anybody.
 */
export async function runCrucible(options: RunOptions): Promise<number> {
  const started = performance.now();
  const stopped = new AbortController();
  let system: RunningParts | undefined;
  const onSignal = (): void => {
    if (stopped.signal.aborted) {
      system?.kill();
      process.exit(130);
    }
    options.print('Stopping …');
    stopped.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const args = readArguments(options.argv, options.env);
    if (args.help) {
      options.print(HELP);
      return 0;
    }
    system = new RunningParts(args, options, stopped.signal);
    const ready = await system.start(started);
    if (ready !== undefined && args.runDemo) void afterReady(options, ready);
    await system.ended;
    return 0;
  } catch (error) {
    if (stopped.signal.aborted) return 0;
    options.print(`Crucible cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    stopped.abort();
    return 1;
  } finally {
    await system?.stop();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function afterReady(options: RunOptions, ready: ReadySystem): Promise<void> {
  try {
    await options.afterReady?.(ready);
  } catch (error) {
    if (!ready.signal.aborted)
      options.print(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The parts in the order of their starting; stopped in reverse. */
class RunningParts {
  readonly #args: MainArguments;
  readonly #options: RunOptions;
  readonly #signal: AbortSignal;
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #processes: ManagedProcess[] = [];
  /** Settles when the system is to end: resolves when asked to, rejects when a part has failed. */
  readonly ended: Promise<void>;
  #fail: (error: Error) => void = () => {};

  constructor(args: MainArguments, options: RunOptions, signal: AbortSignal) {
    this.#args = args;
    this.#options = options;
    this.#signal = signal;
    this.ended = new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#fail = reject;
    });
    // Looked at when the start is through; a part that fails before that must not count as unhandled.
    this.ended.catch(() => {});
  }

  /** Undefined when it was told to end meanwhile. */
  async start(started: number): Promise<ReadySystem | undefined> {
    const { host, port, home } = this.#args;
    await checkPort(host, port);
    await mkdir(home, { recursive: true });
    const lock = await lockInstance(home);
    this.#stops.push(() => lock.release());
    // Nobody writes yet: what lies there was cut off.
    await new BlobStore(join(home, 'blobs')).sweepIncoming();
    const databaseUrl = await this.#database();
    if (this.#signal.aborted) return undefined;
    const env = {
      ...this.#options.env,
      DATABASE_URL: databaseUrl,
      CRUCIBLE_HOME: home,
      // The compiled code of large packages is kept from start to start.
      NODE_COMPILE_CACHE: this.#options.env['NODE_COMPILE_CACHE'] ?? join(home, 'cache', 'node'),
    };
    const workspace = await this.#workspace();
    const api = this.#process('API', 'api', {
      ...env,
      CRUCIBLE_HOST: host,
      CRUCIBLE_PORT: String(port),
      ...(workspace === undefined ? {} : { CRUCIBLE_WORKSPACE: workspace }),
    });
    const worker = this.#process('worker', 'worker', env);
    const ready = await Promise.race([Promise.all([api.start(), worker.start()]), this.ended]);
    if (ready === undefined) return undefined;
    const [{ url = '', workspace: imported }] = ready;
    const startedInSeconds = (performance.now() - started) / 1000;
    this.#options.print(
      `Crucible serves the console at ${url}/ and the API at ${url}/graphql (started in ${startedInSeconds.toFixed(1)} s). Ctrl-C stops it.`,
    );
    return {
      url: `${url}/graphql`,
      home,
      workspace: imported,
      signal: this.#signal,
      startedInSeconds,
    };
  }

  /** In reverse order: who uses goes before what is used. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    for (const stop of this.#stops.toReversed()) await stop();
  }

  kill(): void {
    for (const process of this.#processes) process.kill();
  }

  async #database(): Promise<string> {
    const { databaseUrl, home } = this.#args;
    let url = databaseUrl;
    if (url === undefined) {
      const postgres: EmbeddedPostgres = await startPostgres(home);
      this.#stops.push(() => postgres.stop());
      void postgres.failed.then((tail) => this.#fail(mainErrors.databaseLost({ tail })));
      url = postgres.url;
    }
    try {
      await ensureSchema(url);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (databaseUrl === undefined || !/^(E[A-Z]+|28...|3D000)$/.test(code ?? '')) throw error;
      const { host } = new URL(databaseUrl);
      throw databaseErrors.unreachable({ server: host, problem: (error as Error).message }, error);
    }
    return url;
  }

  async #workspace(): Promise<string | undefined> {
    if (!this.#args.demo) return undefined;
    const folder = join(REPOSITORY, 'demo', 'workspace');
    const found = await stat(join(folder, 'workspace.json')).catch(() => undefined);
    return found && folder;
  }

  #process(name: string, path: string, env: NodeJS.ProcessEnv): ManagedProcess {
    const managed = new ManagedProcess({
      name,
      entry: entry(path),
      env,
      onFailed: this.#fail,
      onMessage: (message) => {
        if (message.type === 'problem') this.#options.print(message.message);
      },
    });
    this.#processes.push(managed);
    return managed;
  }
}
