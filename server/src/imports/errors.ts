import { defineError } from '@crucible/engine/errors';

/** What can keep an adapter from being taken in, beside its own files. */
export const importErrors = {
  rootMissing: defineError({
    code: 'IMPORT_ROOT_MISSING',
    summary: 'No folder is set that directories may be imported from.',
    remedy: 'Start the server with CRUCIBLE_IMPORT_ROOT set to a folder, or upload the files.',
    message: () => 'this server imports from no directory: CRUCIBLE_IMPORT_ROOT is not set',
  }),
  outside: defineError({
    code: 'IMPORT_OUTSIDE_ROOT',
    summary: 'A directory to import, or a file in it, is outside of the import root.',
    remedy: 'Give a path relative to CRUCIBLE_IMPORT_ROOT, without links that lead out of it.',
    message: (d: { path: string }) => `${JSON.stringify(d.path)} is not inside of the import root`,
  }),
  notThere: defineError({
    code: 'IMPORT_NOT_THERE',
    summary: 'There is nothing at the path that shall be imported.',
    remedy: 'Give the path of an existing folder or file, relative to CRUCIBLE_IMPORT_ROOT.',
    message: (d: { path: string }) => `there is nothing at ${JSON.stringify(d.path)}`,
  }),
  hubOffline: defineError({
    code: 'HUB_OFFLINE',
    summary: 'The hub did not answer.',
    remedy: 'Check the network of the server and HF_ENDPOINT, or upload the files.',
    message: (d: { hub: string; problem: string }) => `${d.hub} cannot be reached: ${d.problem}`,
  }),
  hubUnauthorized: defineError({
    code: 'HUB_UNAUTHORIZED',
    summary: 'The hub wants a token, or one with more rights, for this repository.',
    remedy: 'Accept the conditions of the repository on the hub, and give a token that may read it, or set HF_TOKEN.',
    message: (d: { repo: string; status: number }) => `the hub answered ${d.status} for ${d.repo}`,
  }),
  hubNotFound: defineError({
    code: 'HUB_NOT_FOUND',
    summary: 'The hub has no such repository, revision or file; for a private one it says the same.',
    remedy: 'Check the names; for a private repository give a token.',
    message: (d: { what: string }) => `the hub has no ${d.what}`,
  }),
  hubRateLimited: defineError({
    code: 'HUB_RATE_LIMITED',
    summary: 'The hub takes no more requests from here for a while.',
    remedy: 'Try again later; with a token the limit is higher.',
    message: (d: { repo: string }) => `the hub takes no more requests for now (asked for ${d.repo})`,
  }),
  hubRefused: defineError({
    code: 'HUB_REFUSED',
    summary: 'The hub answered with something that is no adapter and no known refusal.',
    remedy: 'Try again later; if it stays, download the files yourself and upload them.',
    message: (d: { repo: string; problem: string }) => `the hub failed for ${d.repo}: ${d.problem}`,
  }),
  hubFileDamaged: defineError({
    code: 'HUB_FILE_DAMAGED',
    summary: 'A file that was fetched is not the one that the hub listed.',
    remedy: 'Try again; if it stays, the hub or something between is at fault.',
    message: (d: { name: string; got: string; expected: string }) =>
      `${d.name}: got ${d.got}, the hub listed ${d.expected}`,
  }),
  hubTooLarge: defineError({
    code: 'HUB_TOO_LARGE',
    summary: 'A repository holds more than an adapter may have.',
    remedy: 'Choose a repository of one adapter.',
    message: (d: { repo: string; what: string; limit: number }) =>
      `${d.repo} has ${d.what}, at most ${d.limit} are taken`,
  }),
  hubEndpointInvalid: defineError({
    code: 'HUB_ENDPOINT_INVALID',
    summary: 'HF_ENDPOINT is no address of a hub.',
    remedy: 'Set it to an http or https address, or leave it unset for huggingface.co.',
    message: (d: { got: string }) => `HF_ENDPOINT is ${JSON.stringify(d.got)}; expected an http or https address`,
  }),
  busy: defineError({
    code: 'IMPORT_BUSY',
    summary: 'As many adapters as are allowed at once are being inspected.',
    remedy: 'Try again in a moment, or import right away: an import inspects first.',
    message: (d: { limit: number }) => `${d.limit} adapters are being inspected, no more are at once`,
  }),
  inspectionDied: defineError({
    code: 'IMPORT_INSPECTION_DIED',
    summary: 'The process that inspected an adapter ended without an answer.',
    remedy: 'Check the memory of the machine, and try again.',
    message: (d: { exit: string }) => `the process that inspected the adapter ended: ${d.exit}`,
  }),
  noModel: defineError({
    code: 'IMPORT_NO_MODEL',
    summary: 'A folder is no base model: it lacks config.json or safetensors.',
    remedy: 'Give a folder as transformers saves it, with config.json and model.safetensors or its shards.',
    message: (d: { lacks: string }) => `the folder has no ${d.lacks}`,
  }),
  taskNameTaken: defineError({
    code: 'IMPORT_TASK_NAME_TAKEN',
    summary: 'Another task has the name that a task was to get.',
    remedy: 'Choose another name.',
    message: (d: { name: string }) => `there is another task of the name ${JSON.stringify(d.name)}`,
  }),
  refused: defineError({
    code: 'IMPORT_REFUSED',
    summary: 'The files are understood, and something in them stands in the way of importing them.',
    remedy: 'The inspection of the import names each reason, and what to do.',
    message: (d: { reasons: readonly string[] }) => d.reasons.join(' '),
  }),
};
