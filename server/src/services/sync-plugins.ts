import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { optionsJsonSchema } from '@crucible/sdk';
import type { InstalledStrategy, PluginRegistry } from '@crucible/sdk/host';
import {
  FusionSpaceName,
  FusionStrategy,
  MemberOrder,
  Plugin,
  PluginStatus,
  StatisticsKindName,
  StrategyKind,
} from '../entities/index.js';

/** Makes the tables say what is installed now. Rows of what is gone stay, marked as gone: runs point at them. */
export async function syncPlugins(em: EntityManager, registry: PluginRegistry): Promise<void> {
  await em.transactional(async (em) => {
    // Two API processes that start at once take turns; the second finds what the first wrote.
    await em.execute('select pg_advisory_xact_lock(?)', [0x706c7567]);
    await em.nativeUpdate(FusionStrategy, { available: true }, { available: false });
    await em.nativeUpdate(Plugin, { installed: true }, { installed: false });
    const rows = new Map<string, Plugin>();
    for (const listing of registry.plugins) {
      const version = listing.version;
      const row =
        (await em.findOne(Plugin, { name: listing.name, version })) ??
        em.create(Plugin, { name: listing.name, version } as never);
      row.description = listing.description ?? null;
      row.licence = listing.licence ?? null;
      row.sdkRange = listing.manifest?.sdk ?? null;
      row.status = statusOf(listing.status);
      row.problemCode = 'code' in listing ? (listing.code ?? null) : null;
      row.problemMessage = 'reason' in listing ? (listing.reason ?? null) : null;
      row.installed = true;
      em.persist(row);
      rows.set(listing.name, row);
    }
    for (const installed of registry.strategies.values()) await syncStrategy(em, installed, rows);
  });
}

/** What was found and not loaded has failed. */
const statusOf = (status: string): PluginStatus =>
  status === 'LOADED'
    ? PluginStatus.LOADED
    : status === 'INCOMPATIBLE'
      ? PluginStatus.INCOMPATIBLE
      : PluginStatus.FAILED;

async function syncStrategy(
  em: EntityManager,
  { strategy, plugin }: InstalledStrategy,
  plugins: ReadonlyMap<string, Plugin>,
): Promise<void> {
  const owner = plugins.get(plugin.name)!;
  const { id: key, title, description, kind, needs } = strategy;
  const row =
    (await em.findOne(FusionStrategy, { key, plugin: owner.id })) ??
    em.create(FusionStrategy, { key, plugin: ref(owner), version: plugin.version } as never);
  Object.assign(row, {
    title,
    description,
    kind: StrategyKind[kind],
    references: strategy.references.map((reference) => ({ ...reference })),
    spaces: strategy.spaces.map((space) => FusionSpaceName[space]),
    needs: {
      minAdapters: needs.minAdapters,
      ...(needs.maxAdapters === undefined ? {} : { maxAdapters: needs.maxAdapters }),
      sharedFrame: needs.sharedFrame ?? false,
      equalRank: needs.equalRank ?? false,
      validation: (needs.validation ?? false) || kind === 'SEARCH',
      ...(needs.statistics && { statistics: StatisticsKindName[needs.statistics] }),
      order: MemberOrder[needs.order],
    },
    optionsSchema: optionsJsonSchema(strategy),
    available: true,
  });
  em.persist(row);
}
