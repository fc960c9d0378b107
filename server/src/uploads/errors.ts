import { defineError } from '@crucible/engine/errors';

/** What can be wrong with an upload. */
export const uploadErrors = {
  notFound: defineError({
    code: 'UPLOAD_NOT_FOUND',
    summary: 'There is no such upload: it never was, was imported, or has expired.',
    remedy: 'Ask for a new one with createAdapterUpload.',
    message: (d: { id: string }) => `there is no upload ${d.id}: it never was, was imported already, or has expired`,
  }),
  unauthorized: defineError({
    code: 'UPLOAD_UNAUTHORIZED',
    summary: 'A request to an upload does not carry its token.',
    remedy: 'Send "Authorization: Bearer <token>" with the token that createAdapterUpload gave for this very upload.',
    message: (d: { id: string }) => `the request does not carry the token of the upload ${d.id}`,
  }),
  notOpen: defineError({
    code: 'UPLOAD_NOT_OPEN',
    summary: 'An upload has all its files already and takes no more.',
    remedy: 'Import it, or ask for a new upload.',
    message: (d: { id: string }) => `the upload ${d.id} has its files already; its token is used up`,
  }),
  noTask: defineError({
    code: 'UPLOAD_NO_TASK',
    summary: 'There is no file among those sent that a task can be made of.',
    remedy: 'Send parquet, JSONL, CSV, TSV, images or IDX files.',
    message: () => 'there is no file that a task can be made of',
  }),
  otherPurpose: defineError({
    code: 'UPLOAD_OTHER_PURPOSE',
    summary: 'An upload is for something else than what it was to be imported as.',
    remedy: 'Make an upload with the right purpose, and send the files again.',
    message: (d: { id: string; got: string; expected: string }) =>
      `the upload ${d.id} is for ${d.got}, not for ${d.expected}`,
  }),
  notComplete: defineError({
    code: 'UPLOAD_NOT_COMPLETE',
    summary: 'An upload does not have all its files yet.',
    remedy: 'Send the files, and call completeAdapterUpload where they are sent one by one.',
    message: (d: { id: string }) => `the upload ${d.id} is not complete`,
  }),
  busy: defineError({
    code: 'UPLOAD_BUSY',
    summary: 'As many uploads as are allowed at once are being received.',
    remedy: 'Try again in a moment.',
    message: (d: { limit: number }) => `${d.limit} uploads are being received, no more are taken at once`,
  }),
  tooLarge: defineError({
    code: 'UPLOAD_TOO_LARGE',
    summary: 'An upload is larger than is allowed.',
    remedy: 'Upload a smaller adapter, or raise CRUCIBLE_UPLOAD_BYTES.',
    message: (d: { what: string; limit: number }) => `${d.what} is larger than ${d.limit} bytes`,
  }),
  tooMany: defineError({
    code: 'UPLOAD_TOO_MANY_ENTRIES',
    summary: 'An archive or an upload has more entries than are allowed.',
    remedy: 'Upload the files of one adapter only.',
    message: (d: { limit: number }) => `there are more than ${d.limit} entries`,
  }),
  sizeMismatch: defineError({
    code: 'UPLOAD_SIZE_MISMATCH',
    summary: 'The bytes that arrived are not as many as were declared.',
    remedy: 'Send it again; nothing of it was kept.',
    message: (d: { got: number; expected: number }) => `${d.got} bytes arrived, ${d.expected} were declared`,
  }),
  digestMismatch: defineError({
    code: 'UPLOAD_DIGEST_MISMATCH',
    summary: 'The bytes that arrived are not those that were declared.',
    remedy: 'Send it again; nothing of it was kept.',
    message: (d: { got: string; expected: string }) =>
      `the bytes that arrived have SHA-256 ${d.got}, declared was ${d.expected}`,
  }),
  digestHeader: defineError({
    code: 'UPLOAD_DIGEST_HEADER',
    summary: 'A Content-Digest header names no SHA-256.',
    remedy: 'Send "Content-Digest: sha-256=:<base64>:" (RFC 9530), or none.',
    message: (d: { got: string }) => `the header Content-Digest "${d.got}" holds no sha-256`,
  }),
  formatUnknown: defineError({
    code: 'UPLOAD_FORMAT_UNKNOWN',
    summary: 'A body is neither a safetensors file nor an archive.',
    remedy: 'Send one safetensors file, or a folder as .zip, .tar or .tar.gz.',
    message: (d: { problem: string }) => d.problem,
  }),
  archiveInvalid: defineError({
    code: 'UPLOAD_ARCHIVE_INVALID',
    summary: 'An archive is damaged, encrypted, or of a kind that is not read.',
    remedy: 'Pack the folder again as plain .zip, .tar or .tar.gz.',
    message: (d: { problem: string }) => `the archive cannot be read: ${d.problem}`,
  }),
  entryUnsafe: defineError({
    code: 'UPLOAD_ENTRY_UNSAFE',
    summary: 'An archive holds an entry that would reach outside of its folder: a path with "..", a link, a device.',
    remedy: 'Pack plain files under relative paths only.',
    message: (d: { entry: string; problem: string }) => `the entry ${JSON.stringify(d.entry)} ${d.problem}`,
  }),
  expansion: defineError({
    code: 'UPLOAD_EXPANSION',
    summary: 'An archive unpacks to far more than its size, as decompression bombs do.',
    remedy: 'Pack the folder with less compression, or as plain .tar.',
    message: (d: { got: number; packed: number; ratio: number }) =>
      `${d.packed} bytes unpack to more than ${d.got}, over ${d.ratio} times as many`,
  }),
  fileUnwanted: defineError({
    code: 'UPLOAD_FILE_UNWANTED',
    summary: 'A file is no part of an adapter.',
    remedy: 'Send adapter_config.json, *.safetensors and *.safetensors.index.json only.',
    message: (d: { name: string }) => `${JSON.stringify(d.name)} is not a file of an adapter`,
  }),
  fileExists: defineError({
    code: 'UPLOAD_FILE_EXISTS',
    summary: 'An upload has a file of this name already.',
    remedy: 'Send each file once; for other bytes ask for a new upload.',
    message: (d: { name: string }) => `there is a file ${JSON.stringify(d.name)} already`,
  }),
  pickled: defineError({
    code: 'UPLOAD_PICKLED',
    summary: 'The weights are pickled. Opening a pickle runs whatever code is in it, so none is opened.',
    remedy: 'Save the adapter with safe_serialization=True, the default of PEFT, and upload that.',
    message: (d: { name: string }) => `${JSON.stringify(d.name)} is a pickle, and there are no safetensors beside it`,
  }),
  noAdapter: defineError({
    code: 'UPLOAD_NO_ADAPTER',
    summary: 'There is no adapter among the files, or more than one.',
    remedy: 'Give one folder with adapter_config.json and its safetensors, or one safetensors file.',
    message: (d: { problem: string }) => d.problem,
  }),
  noSpace: defineError({
    code: 'UPLOAD_NO_SPACE',
    summary: 'The disk of the server is full.',
    remedy: 'Make room under its home folder.',
    message: () => 'there is no room left on the disk of the server',
  }),
  cutOff: defineError({
    code: 'UPLOAD_CUT_OFF',
    summary: 'A body ended before its end, or paused for too long.',
    remedy: 'Send it again; nothing of it was kept.',
    message: (d: { problem: string }) => `the body was cut off: ${d.problem}`,
  }),
};
