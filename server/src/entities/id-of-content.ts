import { createHash } from 'node:crypto';

/**
 * A UUID that is named by what it identifies (RFC 9562, version 8): the same adapter, task or base imported anywhere has the same id, so that a
 * query that names it works on every machine.
 */
export function idOfContent(kind: string, digest: string): string {
  const bytes = createHash('sha256').update(`crucible ${kind} ${digest}`).digest().subarray(0, 16);
  bytes[6] = 0x80 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
