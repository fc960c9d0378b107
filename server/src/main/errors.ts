import { defineError } from '@crucible/engine/errors';

/** What can keep the system from starting, or end it. */
export const mainErrors = {
  invalidArguments: defineError({
    code: 'MAIN_INVALID_ARGUMENTS',
    summary: 'The command line is not understood.',
    remedy: 'See --help.',
    message: (d: { problem: string }) => `${d.problem}; see --help`,
  }),
  portInUse: defineError({
    code: 'MAIN_PORT_IN_USE',
    summary: 'Another process listens on the port of the API.',
    remedy: 'Stop that process, or choose another port with --port.',
    message: (d: { host: string; port: number }) =>
      `port ${d.port} of ${d.host} is in use; stop what listens there, or choose another port: npm start -- --port ${d.port + 1}`,
  }),
  alreadyRunning: defineError({
    code: 'MAIN_ALREADY_RUNNING',
    summary: 'Another Crucible works in the same home folder.',
    remedy: 'Stop it, or start this one with another --home.',
    message: (d: { pid: number; home: string }) =>
      `Crucible runs already in ${d.home} (process ${d.pid}); stop it, or start with another folder: npm start -- --home DIR`,
  }),
  processFailed: defineError({
    code: 'MAIN_PROCESS_FAILED',
    summary: 'A process of the system does not start, or ends again and again.',
    remedy: 'What it printed before says why.',
    message: (d: { name: string; exit: string }) => `the ${d.name} process ended with ${d.exit} and was given up`,
  }),
  databaseLost: defineError({
    code: 'MAIN_DATABASE_LOST',
    summary: 'The embedded database ended while it was in use.',
    remedy: 'Its log says why; start again, nothing that was committed is lost.',
    message: (d: { tail: string }) => `the embedded PostgreSQL has ended; the end of its log: ${d.tail}`,
  }),
};
