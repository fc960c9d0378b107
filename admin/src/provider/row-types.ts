import type { AdapterQuery, AdaptersQuery, RunQuery, RunsQuery } from '../graphql/generated/graphql';

type NodeOf<Query extends { readonly node: unknown }, Name> = Extract<Query['node'], { readonly __typename: Name }>;

/** Rows and records as the data provider gives them. */
export type RunRow = RunsQuery['fusionRuns']['nodes'][number];
export type RunRecord = NodeOf<RunQuery, 'FusionRun'>;
export type AdapterRow = AdaptersQuery['adapters']['nodes'][number];
export type AdapterRecord = NodeOf<AdapterQuery, 'Adapter'>;
