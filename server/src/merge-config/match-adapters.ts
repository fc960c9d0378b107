import type { EntityManager } from '@mikro-orm/postgresql';
import { Adapter } from '../entities/index.js';
import { findById } from '../services/find-by-id.js';
import type { Finding } from './finding.js';
import type { TranslatedMember } from './translate-merge-config.js';

/** A model of a configuration, and the adapter that its writer meant by it. */
export interface NamedAdapter {
  readonly reference: string;
  readonly adapter: string;
}

export interface MatchedAdapters {
  /** In the order of the members; as many only where nothing is REFUSED. */
  readonly adapters: readonly Adapter[];
  readonly findings: readonly Finding[];
}

/**
 * The adapter of each model: the one that the caller names, else the one whose name is the model's whole path or its last part. None or several are REFUSED,
 * with the model's place, so that nothing is fused that the writer did not mean.
 */
export async function matchAdapters(
  em: EntityManager,
  members: readonly TranslatedMember[],
  named: readonly NamedAdapter[],
): Promise<MatchedAdapters> {
  const byReference = new Map(named.map(({ reference, adapter }) => [reference, adapter]));
  const adapters: Adapter[] = [];
  const findings: Finding[] = [];
  for (const { reference, name, at } of members) {
    const id = byReference.get(reference) ?? byReference.get(name);
    const found =
      id === undefined ? await byName(em, name) : [await findById(em, Adapter, id)].filter((a) => a !== null);
    const [adapter] = found;
    if (adapter !== undefined && found.length === 1) adapters.push(adapter);
    else findings.push({ ...at, severity: 'REFUSED', message: unmatched(reference, id, found.length) });
  }
  return { adapters, findings };
}

async function byName(em: EntityManager, name: string): Promise<readonly Adapter[]> {
  const whole = await em.find(Adapter, { name }, { limit: 2 });
  if (whole.length > 0) return whole;
  return em.find(Adapter, { name: name.split('/').findLast((part) => part !== '') ?? name }, { limit: 2 });
}

function unmatched(reference: string, id: string | undefined, found: number): string {
  if (id !== undefined) return `${reference}: there is no adapter with id ${id}`;
  if (found > 1) return `${reference}: several adapters have this name; say which in \`adapters\``;
  return `${reference}: no adapter has this name; import it, or say in \`adapters\` which one it is (whole models are not looked for)`;
}
