import type { EntityManager } from '@mikro-orm/postgresql';
import type { Adapter } from '../entities/index.js';
import type { Finding } from './finding.js';
import { matchAdapters, type NamedAdapter } from './match-adapters.js';
import { readMergeConfig } from './read-merge-config.js';
import { translateMergeConfig, type TranslatedSchedule } from './translate-merge-config.js';

/** A configuration as a fusion of adapters that are here. */
export interface ImportedMergeConfig {
  readonly fusion?: {
    readonly members: readonly { readonly adapter: Adapter; readonly weight: number }[];
    readonly strategy: string;
    /** Raw, with the schedules. */
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** In the order of the text. */
  readonly findings: readonly Finding[];
}

/**
 * Reads a mergekit configuration as a fusion. Either all of it is in the fusion, less what the findings say is CHANGED or IGNORED, or something is REFUSED and
 * there is no fusion.
 *
 * @throws MERGE_CONFIG_YAML, MERGE_CONFIG_TOO_LARGE
 */
export async function importMergeConfig(
  em: EntityManager,
  text: string,
  named: readonly NamedAdapter[] = [],
): Promise<ImportedMergeConfig> {
  const { config, findings: read } = readMergeConfig(text);
  if (config === undefined) return { findings: read };
  const { translation, findings: translated } = translateMergeConfig(config);
  if (translation === undefined) return { findings: inOrder([...read, ...translated]) };
  const { strategy, options, schedules, members } = translation;
  const { adapters, findings: matched } = await matchAdapters(em, members, named);
  const findings = inOrder([...read, ...translated, ...matched]);
  if (adapters.length < members.length) return { findings };
  return {
    findings,
    fusion: {
      strategy,
      options: schedules.length === 0 ? options : { ...options, schedules: schedules.map(scheduleOf) },
      members: adapters.map((adapter, index) => ({ adapter, weight: members[index]!.weight })),
    },
  };
}

function scheduleOf({ member, ...schedule }: TranslatedSchedule): object {
  return { ...schedule, ...(member === undefined ? {} : { adapter: member }) };
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((x, y) => x.line - y.line || x.column - y.column);
}
