/** What the demo asks; a test holds every document to the schema. */
export const demoQueries = {
  workspace: /* GraphQL */ `
    query DemoWorkspace {
      baseModels {
        nodes {
          id
          name
        }
      }
      tasks(first: 100, orderBy: { field: NAME, direction: ASC }) {
        nodes {
          id
          name
        }
      }
      adapters(first: 500, filter: { origins: [IMPORTED] }, orderBy: { field: NAME, direction: ASC }) {
        nodes {
          id
          name
          method
          task {
            id
            name
          }
        }
      }
    }
  `,
  runs: /* GraphQL */ `
    query DemoRuns {
      fusionRuns(first: 500, filter: { inSweep: false }) {
        nodes {
          id
          name
          state
          startedAt
          finishedAt
          progress {
            phase
            done
            total
          }
          problem {
            message
          }
          scores {
            value
            normalizedByOwn
            task {
              name
            }
          }
        }
      }
    }
  `,
  evaluations: /* GraphQL */ `
    query DemoEvaluations {
      evaluations(first: 500, filter: { split: TEST }) {
        nodes {
          id
          state
          problem {
            message
          }
          adapter {
            id
          }
          task {
            id
          }
        }
      }
    }
  `,
  references: /* GraphQL */ `
    query DemoReferences {
      scores(first: 500, filter: { split: TEST }) {
        nodes {
          value
          normalizedByOwn
          task {
            id
            name
          }
          adapter {
            id
          }
          run {
            id
          }
        }
      }
    }
  `,
  fuse: /* GraphQL */ `
    mutation DemoFuse($name: String!, $adapters: [FusionMemberInput!]!, $strategy: StrategyInput!, $tasks: [ID!]!) {
      fuse(input: { name: $name, adapters: $adapters, strategy: $strategy, evaluateOn: $tasks, seed: 42 }) {
        __typename
        ... on FusionRun {
          id
        }
        ... on Problem {
          code
          message
        }
      }
    }
  `,
  evaluate: /* GraphQL */ `
    mutation DemoEvaluate($base: ID, $adapter: ID, $tasks: [ID!]!) {
      evaluate(input: { base: $base, adapter: $adapter, tasks: $tasks, split: TEST }) {
        __typename
        ... on Problem {
          code
          message
        }
      }
    }
  `,
};
