import { digestFrame, openAdapter } from '@crucible/engine/adapters';
import type { AdapterFacts } from './protocol.js';

/** Reads back what was written: what goes into the database is what the file says. */
export async function adapterFacts(path: string): Promise<AdapterFacts> {
  const adapter = await openAdapter(path);
  try {
    const { digest, byteLength, manifest, modules } = adapter;
    const parameterCount = [...modules.values()].reduce(
      (sum, { rank, inFeatures, outFeatures }) => sum + rank * (inFeatures + outFeatures),
      0,
    );
    const ownFrameDigest = await digestFrame(
      manifest.baseDigest,
      [...modules.values()].map((info) => ({ info, a: async () => (await adapter.readFactors(info.name)).a })),
    );
    return { digest, byteLength, manifest, parameterCount, ownFrameDigest };
  } finally {
    await adapter.close();
  }
}
