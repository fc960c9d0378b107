import type { AdapterBase } from '@crucible/engine/adapters';
import type { AdapterInspection } from '../entities/adapter-inspection.js';
import type { AdapterFacts } from './protocol.js';

/** A repository of a hub, at a commit: what it holds cannot change between a look and the next. */
export interface HubSource {
  readonly kind: 'HUB';
  readonly repo: string;
  readonly commit: string;
}

/** Takes one adapter in. Secrets are no part of it: a hub is asked with the token of the process's own environment. */
export interface ImportWork {
  readonly kind: 'IMPORT';
  readonly name: string;
  readonly source: { readonly kind: 'PATH'; readonly path: string } | HubSource;
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
export interface InspectionWork {
  readonly kind: 'INSPECTION';
  readonly path: string;
  /** Without it, shapes are not compared with anything. */
  readonly base: AdapterBase | null;
}

export interface InspectionResult {
  readonly kind: 'INSPECTION';
  readonly inspection: AdapterInspection;
}
