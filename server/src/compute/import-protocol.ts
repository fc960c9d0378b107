import type { AdapterBase } from '@crucible/engine/adapters';
import type { AdapterInspection } from '../entities/adapter-inspection.js';
import type { DoraImport } from '../entities/enums.js';
import type { AdapterFacts } from './protocol.js';

/** A repository of a hub, at a commit: what it holds cannot change between a look and the next. */
export interface HubSource {
  readonly kind: 'HUB';
  readonly repo: string;
  readonly commit: string;
}

/** How files are taken that are more than factors of a stock base: see `InspectAdapterOptions`. */
export interface ReadingChoices {
  readonly dora: `${DoraImport}`;
  readonly changedBase: boolean;
}

export type WorkSource = { readonly kind: 'PATH'; readonly path: string } | HubSource;

/** Takes one adapter in. Secrets are no part of it: a hub is asked with the token of the process's own environment. */
export interface ImportWork extends ReadingChoices {
  readonly kind: 'IMPORT';
  readonly name: string;
  readonly source: WorkSource;
  /** The adapter before its first step, if that is to be taken away. */
  readonly start: WorkSource | null;
  /** None: the adapter belongs to the base that it names itself, whose weights are not here. */
  readonly base: AdapterBase | null;
  /** Where a folder may be made for what is fetched. */
  readonly scratch: string;
  readonly outputPath: string;
  /** Where the frame is written that the adapter's A's make. */
  readonly framePath: string;
}

/** What was made, unless something stands in the way of it, which the inspection then says. */
export interface ImportResult {
  readonly kind: 'IMPORT';
  readonly inspection: AdapterInspection;
  readonly made: {
    readonly path: string;
    readonly framePath: string;
    readonly adapter: AdapterFacts;
    /** The base as the adapter names it. */
    readonly base: { readonly digest: string; readonly name: string; readonly revision: string | null };
  } | null;
}

/** Looks at an adapter without taking it in. */
export interface InspectionWork extends ReadingChoices {
  readonly kind: 'INSPECTION';
  readonly path: string;
  readonly start: string | null;
  /** Without it, shapes are not compared with anything. */
  readonly base: AdapterBase | null;
}

export interface InspectionResult {
  readonly kind: 'INSPECTION';
  readonly inspection: AdapterInspection;
}
