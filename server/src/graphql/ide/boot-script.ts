import { tabSources, type ExampleTab } from './example-tabs.js';

/**
 * Starts GraphiQL in the page: where its workers are, which tabs it opens with, and that subscriptions go over WebSocket.
 *
 * Ids differ from one installation to the next: the examples take theirs from what is there, so that each works as it stands.
 */
export function bootScript(tabs: readonly ExampleTab[]): string {
  return `'use strict';
const workers = { editorWorkerService: 'editor-worker.js', graphql: 'graphql-worker.js', json: 'json-worker.js' };
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => '/graphql/ide/' + workers[label] };

const fillIn = ${fillIn.toString()};

async function ask(query) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await response.json()).data;
}

async function start() {
  const found = await ask(${JSON.stringify(tabSources)}).catch(() => null);
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    endpoint: '/graphql',
    title: 'Crucible',
    logo: ' ',
    defaultTabs: fillIn(${JSON.stringify(tabs)}, found),
    subscriptionsProtocol: 'WS',
    subscriptionsEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql',
    // GraphiQL would write the whole query into the address at every key press; long ones break the reload.
    onEditQuery: () => undefined,
  });
}
void start();
`;
}

interface Found {
  readonly tasks?: { readonly nodes: readonly { readonly adapters: readonly { readonly id: string }[] }[] };
  readonly fusionRuns?: { readonly nodes: readonly { readonly id: string }[] };
}

/** Puts real ids where the examples' variables say `$adapters` and `$run`. Runs in the page: it may use nothing but its arguments. */
export function fillIn(
  tabs: readonly ExampleTab[],
  found: Found | null | undefined,
): { query: string; variables?: string }[] {
  const adapters = (found?.tasks?.nodes ?? []).flatMap((task) => task.adapters);
  const run = (found?.fusionRuns?.nodes ?? [])[0];
  const ids = {
    $adapters:
      adapters.length > 0 ? adapters.map(({ id }) => ({ id, weight: 1 })) : [{ id: 'the id of an adapter', weight: 1 }],
    $run: run ? run.id : 'the id of a run',
  };
  return tabs.map(({ query, variables }) => {
    if (variables === undefined) return { query };
    const filled = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value in ids ? ids[value as keyof typeof ids] : value]),
    );
    return { query, variables: JSON.stringify(filled, null, 2) };
  });
}
