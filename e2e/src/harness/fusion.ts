import type { GraphqlClient } from './graphql-client.js';
import { waitUntil } from './processes.js';

export interface FuseRequest {
  readonly name?: string;
  readonly adapters: readonly { readonly id: string; readonly weight?: number }[];
  readonly strategy: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly space?: string;
  readonly outputRank?: number;
  readonly seed?: number;
  readonly evaluateOn?: readonly string[];
}

export interface FinishedRun {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly fingerprint: string;
  readonly progress: { readonly phase: string; readonly done: number } | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly output: { readonly digest: string; readonly rank: number } | null;
  readonly fidelity: { readonly exact: boolean; readonly relativeError: number; readonly outputRank: number } | null;
  readonly scores: readonly {
    readonly value: number;
    readonly n: number;
    readonly task: { readonly name: string };
    readonly interval: { readonly low: number; readonly high: number };
  }[];
}

const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

const runFields = `id state attempt fingerprint progress { phase done } problem { code message } output { digest rank }
  fidelity { exact relativeError outputRank } scores { value n task { name } interval { low high } }`;

/** Queues a fusion and gives its id; a refusal is an error that names the problem. */
export async function queueFusion(client: GraphqlClient, input: FuseRequest): Promise<string> {
  const { fuse } = await client.data<{ fuse: { __typename: string; id?: string; code?: string; message?: string } }>(
    `mutation ($input: FuseInput!) {
      fuse(input: $input) { __typename ... on FusionRun { id } ... on Problem { code message } }
    }`,
    { input },
  );
  if (fuse.id === undefined || fuse.__typename !== 'FusionRun')
    throw new Error(`refused: ${fuse.code} ${fuse.message}`);
  return fuse.id;
}

/** The run as it stands; undefined while the API is away. */
export async function readRun(client: GraphqlClient, id: string): Promise<FinishedRun | undefined> {
  const answer = await client
    .ask<{ node: FinishedRun | null }>(`query ($id: ID!) { node(id: $id) { ... on FusionRun { ${runFields} } } }`, {
      id,
    })
    .catch(() => undefined);
  return answer?.data?.node ?? undefined;
}

/** Waits until the run has ended, whatever happens to the processes in between. */
export async function finishRun(client: GraphqlClient, id: string, limitSeconds = 240): Promise<FinishedRun> {
  return await waitUntil(
    `the run ${id} to end`,
    async () => {
      const run = await readRun(client, id);
      return run && ENDED.includes(run.state) ? run : undefined;
    },
    limitSeconds,
  );
}

export async function fuse(client: GraphqlClient, input: FuseRequest): Promise<FinishedRun> {
  return await finishRun(client, await queueFusion(client, input));
}
