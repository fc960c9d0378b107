import { createHash } from 'node:crypto';
import type { Checkpoint } from './open-checkpoint.js';

/** Bytes of each tensor that are looked at. */
const SAMPLE = 4096;

/**
 * SHA-256 over names, dtypes, shapes and the first bytes of every tensor: tells checkpoints apart without reading all of them, and does not depend on how
 * they are sharded. It keys randomness; it is no proof that two checkpoints are equal.
 */
export async function fingerprintCheckpoint({ names, source }: Checkpoint): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) {
    const { dtype, shape, byteLength } = source.info(name);
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
    hash.update(await source.readRange(name, 0, Math.min(SAMPLE, byteLength)));
  }
  return hash.digest('hex');
}
