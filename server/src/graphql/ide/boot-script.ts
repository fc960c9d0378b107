export interface ExampleTab {
  readonly query: string;
  readonly variables?: string;
}

/** Starts GraphiQL in the page: where its workers are, which tabs it opens with, and that subscriptions go over WebSocket. */
export function bootScript(tabs: readonly ExampleTab[]): string {
  return `'use strict';
const workers = { editorWorkerService: 'editor-worker.js', graphql: 'graphql-worker.js', json: 'json-worker.js' };
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => '/graphql/ide/' + workers[label] };
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  endpoint: '/graphql',
  title: 'Crucible',
  logo: ' ',
  defaultTabs: ${JSON.stringify(tabs, null, 2)},
  subscriptionsProtocol: 'WS',
  subscriptionsEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql',
  // GraphiQL would write the whole query into the address at every key press; long ones break the reload.
  onEditQuery: () => undefined,
});
`;
}
