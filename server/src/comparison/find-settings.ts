import type { EntityManager } from '@mikro-orm/postgresql';
import { FusionMember, FusionRun, FusionStrategy, type Adapter, type BaseModel } from '../entities/index.js';

/** One thing that a subject was made with, as text. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** Settings beside the options of the strategy; options that are named so keep their own names with the strategy's before them. */
const OWN = ['strategy', 'version', 'space', 'rank', 'adapters', 'seed'];

/** What each subject was made with, so that what sets two apart can be seen: of a run its strategy, options, space, rank, adapters and seed; of an adapter its method, rank and scale. Two queries for all runs. */
export async function findSettings(
  em: EntityManager,
  subjects: readonly (FusionRun | Adapter | BaseModel)[],
): Promise<readonly (readonly Setting[])[]> {
  const runs = subjects.filter((subject) => subject instanceof FusionRun);
  const strategies = new Map(
    runs.length === 0
      ? []
      : (await em.find(FusionStrategy, { id: { $in: [...new Set(runs.map(({ strategy }) => strategy.id))] } })).map(
          ({ id, title }) => [id, title],
        ),
  );
  const members = new Map<string, string[]>();
  if (runs.length > 0) {
    const found = await em.find(
      FusionMember,
      { run: { $in: runs.map(({ id }) => id) } },
      { populate: ['adapter'], orderBy: { position: 'asc' } },
    );
    for (const { run, adapter, weight } of found) {
      const named = members.get(run.id) ?? [];
      members.set(run.id, named);
      named.push(adapter.getEntity().name + (weight === 1 ? '' : ` × ${weight}`));
    }
  }
  return subjects.map((subject) => {
    if (subject instanceof FusionRun) {
      return [
        { name: 'strategy', value: strategies.get(subject.strategy.id) ?? '' },
        { name: 'version', value: subject.strategyVersion },
        ...flattenOptions(subject.options),
        { name: 'space', value: subject.space },
        ...(subject.outputRank === null ? [] : [{ name: 'rank', value: String(subject.outputRank) }]),
        { name: 'adapters', value: (members.get(subject.id) ?? []).join(', ') },
        { name: 'seed', value: String(subject.seed) },
      ];
    }
    if ('rank' in subject) {
      const { method, rank, scale } = subject;
      return [
        { name: 'method', value: method },
        { name: 'rank', value: String(rank) },
        { name: 'scale', value: String(scale) },
      ];
    }
    return [];
  });
}

/** Options by their names, those inside of others with a point between: `rule.density`. Nothing and empty lists are left out: they set nothing. */
export function flattenOptions(options: Readonly<Record<string, unknown>>, before = ''): readonly Setting[] {
  return Object.entries(options).flatMap(([key, value]): readonly Setting[] => {
    const name = before + (before === '' && OWN.includes(key) ? `options.${key}` : key);
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    if (typeof value === 'object' && !Array.isArray(value)) {
      return flattenOptions(value as Readonly<Record<string, unknown>>, `${name}.`);
    }
    return [{ name, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
}
