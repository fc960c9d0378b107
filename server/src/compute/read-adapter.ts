import { openAdapter, layoutFields, type AdapterForm } from '@crucible/engine/adapters';
import type { ScoredModel, Scorer } from '@crucible/engine/evaluation';
import type { LowRankUpdate, LowRankUpdates } from '@crucible/engine/models';

export interface AdapterInMemory {
  /** By module. */
  readonly updates: LowRankUpdates;
  readonly form: AdapterForm;
}

/** All updates of an adapter in memory, and the function that they stand for. */
export async function readAdapter(path: string): Promise<AdapterInMemory> {
  const adapter = await openAdapter(path);
  try {
    const updates = new Map<string, LowRankUpdate>();
    for (const [name, info] of adapter.modules) {
      const { rank, scale } = info;
      const { layout, parameter } = layoutFields(info);
      updates.set(name, {
        ...(await adapter.readFactors(name)),
        rank,
        scale,
        ...(layout !== undefined && { layout }),
        ...(parameter !== undefined && { parameter }),
      });
    }
    return { updates, form: adapter.manifest.form ?? 'WEIGHTS' };
  } finally {
    await adapter.close();
  }
}

/** The base with an adapter, in the adapter's own form. */
export const withAdapter = (scorer: Scorer, { updates, form }: AdapterInMemory): ScoredModel =>
  form === 'TANGENT' ? scorer.withTangent(updates) : scorer.withUpdates(updates);
