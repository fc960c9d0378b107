import type { ExampleTab } from './boot-script.js';

/** Queries that the IDE opens with. Each works as it stands on the demo workspace; a test runs them. */
export const exampleTabs: readonly ExampleTab[] = [
  {
    query: `# What runs here: version, backend and why it was chosen, strategies and their options.
query System {
  system { version backend { chosen why } }
}
`,
  },
];
