export interface ExampleTab {
  readonly query: string;
  /** `$adapters` and `$run` stand for ids of this installation: one LoRA adapter per task, and the latest run. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What the ids of the examples are taken from. */
export const tabSources =
  '{ tasks(first: 100) { nodes { adapters(method: "LORA", first: 1) { id } } } fusionRuns(first: 1) { nodes { id } } }';

/** Queries that the IDE opens with. Each works as it stands on the demo workspace; a test runs them. */
export const exampleTabs: readonly ExampleTab[] = [
  {
    query: `# Which strategy keeps the most on every task? Runs with their mean, their worst task, and each score.
query Compare {
  fusionRuns(first: 10, filter: { states: [SUCCEEDED], inSweep: false }) {
    nodes {
      name
      strategy { title }
      space
      meanScore
      worstScore
      scores {
        task { name }
        value
        interval { low high }
        normalizedByOwn
      }
    }
  }
}
`,
  },
  {
    query: `# Fuses one adapter per task into one model, and scores it on all of them.
mutation Fuse($adapters: [FusionMemberInput!]!) {
  fuse(
    input: {
      name: "My first fusion"
      adapters: $adapters
      strategy: { ties: { density: 0.2, lambda: 0.4 } }
    }
  ) {
    __typename
    ... on FusionRun { id state space evaluateOn { name } }
    ... on Problem { code message path }
  }
}
`,
    variables: { adapters: '$adapters' },
  },
  {
    query: `# Follows the latest run: its state and progress now, then after every change, until it ends.
subscription Follow($run: ID!) {
  fusionRunChanged(id: $run) {
    name
    state
    progress { phase done total }
    fidelity { exact relativeError retainedEnergy }
    scores { task { name } value }
  }
}
`,
    variables: { run: '$run' },
  },
  {
    query: `# Tasks with what the bare base scores on them, and what their specialists score.
query Tasks {
  tasks {
    nodes {
      name
      title
      counts { train validation test }
      zeroShot { value }
      adapters { name method rank scores { value } }
    }
  }
}
`,
  },
  {
    query: `# What is installed: the backend and why it was chosen, plugins, strategies and their options.
query Installed {
  system {
    version
    backend { chosen why available { name available why } }
    queue { waiting active }
  }
  plugins { name version status problemMessage }
  strategies {
    key
    title
    spaces
    options { name type default range values description }
  }
}
`,
  },
];
