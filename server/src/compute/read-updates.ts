import { openAdapter } from '@crucible/engine/adapters';
import type { LowRankUpdate, LowRankUpdates } from '@crucible/engine/models';

/** All updates of an adapter in memory, by module. */
export async function readUpdates(path: string): Promise<LowRankUpdates> {
  const adapter = await openAdapter(path);
  try {
    const updates = new Map<string, LowRankUpdate>();
    for (const [name, { rank, scale }] of adapter.modules) {
      updates.set(name, { ...(await adapter.readFactors(name)), rank, scale });
    }
    return updates;
  } finally {
    await adapter.close();
  }
}
