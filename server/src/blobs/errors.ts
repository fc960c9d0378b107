import { defineError } from '@crucible/engine/errors';

/** What can go wrong with stored files. */
export const blobErrors = {
  invalidDigest: defineError({
    code: 'BLOB_INVALID_DIGEST',
    summary: 'A text that should name a stored file is no SHA-256 digest.',
    remedy: 'Give 64 lower-case hexadecimal digits.',
    message: (d: { digest: string }) => `"${d.digest}" is no SHA-256 digest: expected 64 lower-case hexadecimal digits`,
  }),
  notFound: defineError({
    code: 'BLOB_NOT_FOUND',
    summary: 'A stored file is gone.',
    remedy: 'Restore the blobs folder from its backup, or import the object again.',
    message: (d: { digest: string; path: string }) => `the file ${d.path} is not there, but the database names it`,
  }),
  digestMismatch: defineError({
    code: 'BLOB_DIGEST_MISMATCH',
    summary: 'The bytes of a file are not those that its digest names.',
    remedy: 'The file was damaged or exchanged: fetch or restore it again.',
    message: (d: { path: string; got: string; expected: string }) =>
      `${d.path} has SHA-256 ${d.got}, expected ${d.expected}`,
  }),
};
