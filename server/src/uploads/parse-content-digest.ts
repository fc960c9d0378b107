import { uploadErrors } from './errors.js';

/**
 * The SHA-256 of a Content-Digest header (RFC 9530, section 2) in hexadecimal; other algorithms in it are passed over.
 *
 * @throws UPLOAD_DIGEST_HEADER where it holds no sha-256
 */
export function parseContentDigest(header: string): string {
  const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:,|$)/.exec(header.slice(0, 1000)) ?? [];
  if (base64 === undefined) throw uploadErrors.digestHeader({ got: header.slice(0, 200) });
  return Buffer.from(base64, 'base64').toString('hex');
}
