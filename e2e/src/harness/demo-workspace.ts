import type { GraphqlClient } from './graphql-client.js';

export interface ListedAdapter {
  readonly id: string;
  readonly name: string;
  readonly method: string;
  readonly digest: string;
  readonly task: { readonly id: string; readonly name: string };
}

/** The demo's imported adapters of one method, one a task, by the names of their tasks. */
export async function listSpecialists(client: GraphqlClient, method: string): Promise<readonly ListedAdapter[]> {
  const { adapters } = await client.data<{ adapters: { nodes: readonly ListedAdapter[] } }>(
    `query ($methods: [String!]) {
      adapters(first: 100, filter: { methods: $methods, origins: [IMPORTED] }, orderBy: { field: NAME, direction: ASC }) {
        nodes { id name method digest task { id name } }
      }
    }`,
    { methods: [method] },
  );
  const byTask = new Map<string, ListedAdapter>();
  for (const adapter of adapters.nodes) if (!byTask.has(adapter.task.name)) byTask.set(adapter.task.name, adapter);
  return [...byTask.values()].toSorted((a, b) => (a.task.name < b.task.name ? -1 : 1));
}
