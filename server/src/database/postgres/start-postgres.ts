import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, stat, truncate } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { databaseErrors } from '../errors.js';
import { postgresAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { createCluster, postgresEnvironment, SUPERUSER } from './create-cluster.js';
import { clusterSettings } from './data-folder.js';
import { stopStaleServer } from './stop-stale.js';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Resolves, with what the log ends with, should the server end unasked. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

const DATABASE = 'crucible';
const READY_MS = 60_000;
const STOP_MS = 20_000;
const PORT_ATTEMPTS = 5;
const LOG_LIMIT = 8 << 20;

/**
 * Waits for the server and stops it when descriptor 3 closes. That descriptor is a pipe to us, so the server goes when we go, in whatever
 * way: the kernel closes the pipe of a process that was killed.
 */
const GUARD = `"$0" "$@" 3<&- & server=$!
{ read -r _; kill -INT $server; } <&3 2>/dev/null & watcher=$!
exec 3<&-
wait $server; code=$?
kill $watcher 2>/dev/null
exit $code`;

/**
 * The embedded PostgreSQL of a home folder: created at the first start, recovered after a crash, on a free port of 127.0.0.1 with a password,
 * fsync on. Works as root (the server then runs as nobody) and as anybody.
 */
export async function startPostgres(home: string): Promise<EmbeddedPostgres> {
  await mkdir(join(home, 'logs'), { recursive: true });
  const account = await postgresAccount();
  const binaries = await findBinaries(account, home);
  const settings = await clusterSettings(home, account);
  const cluster = await createCluster(settings, binaries, account);
  await stopStaleServer(cluster);
  const log = join(home, 'logs', 'postgres.log');
  if (((await stat(log).catch(() => undefined))?.size ?? 0) > LOG_LIMIT) await truncate(log);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const url = (database: string): string =>
      `postgresql://${SUPERUSER}:${encodeURIComponent(settings.password)}@127.0.0.1:${port}/${database}`;
    const args = serverArguments(cluster, port);
    const guarded = process.platform !== 'win32';
    const logFile = await open(log, 'a', 0o600);
    const child = spawn(
      guarded ? '/bin/sh' : binaries.postgres,
      guarded ? ['-c', GUARD, binaries.postgres, ...args] : args,
      {
        ...account,
        cwd: cluster,
        env: postgresEnvironment(),
        // Its own session: Ctrl-C in the terminal is for us, who stop the server after those that use it.
        detached: guarded,
        stdio: ['ignore', logFile.fd, logFile.fd, 'pipe'],
      },
    );
    const exit = exitOf(child);
    await logFile.close();
    try {
      await ready(url('postgres'), exit);
      await createDatabase(url('postgres'));
    } catch (error) {
      const tail = await tailOf(log);
      await stop(child, exit);
      // Somebody took the port between our looking and the server's binding.
      if (attempt < PORT_ATTEMPTS && /could not bind|Address already in use/.test(tail)) continue;
      throw databaseErrors.startFailed({ exit: (error as Error).message, log, tail }, error);
    }
    let stopping = false;
    return {
      url: url(DATABASE),
      failed: exit.then(async () => (stopping ? new Promise<never>(() => {}) : tailOf(log))),
      stop: async () => {
        stopping = true;
        await stop(child, exit);
      },
    };
  }
}

function serverArguments(cluster: string, port: number): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    max_connections: '80',
    shared_buffers: '64MB',
    log_min_messages: 'warning',
    timezone: 'UTC',
  };
  return [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(String(signal ?? `exit code ${code}`)));
  });
}

/** Answers when a login succeeds; a server that recovers from a crash refuses until it is consistent. */
async function ready(url: string, exit: Promise<string>): Promise<void> {
  let ended: string | undefined;
  void exit.then((reason) => (ended = reason));
  let problem = 'no answer';
  for (const end = Date.now() + READY_MS; Date.now() < end; await delay(15)) {
    if (ended !== undefined) throw new Error(ended);
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      problem = (error as Error).message;
    }
  }
  throw new Error(`not ready after ${READY_MS / 1000} s: ${problem}`);
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** In order if it can: the guard sends a fast shutdown when its pipe closes. */
async function stop(child: ChildProcess, exit: Promise<string>): Promise<void> {
  const pipe = child.stdio[3];
  pipe?.destroy();
  if (process.platform === 'win32') child.kill('SIGINT');
  const timer = setTimeout(() => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }, STOP_MS);
  await exit;
  clearTimeout(timer);
}

async function tailOf(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-12).join('\n');
}
