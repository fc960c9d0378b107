import { graphql } from '../graphql/documents';
import type { ComparisonQuery } from '../graphql/generated/graphql';

export const comparisonQuery = graphql(`
  query Comparison($input: ComparisonInput!) {
    comparison(input: $input) {
      __typename
      ... on Comparison {
        alpha
        bootstrapped
        split
        tasks {
          id
          title
        }
        rows {
          mean
          worst
          worstTask
          dominated
          chosenHere
          settings {
            name
            value
          }
          meanDifference {
            difference
            low
            high
            confidence
          }
          subject {
            __typename
            ... on FusionRun {
              id
              runName: name
              seed
              strategy {
                title
              }
            }
            ... on Adapter {
              id
              name
            }
            ... on BaseModel {
              id
              name
            }
          }
          cells {
            score {
              value
              n
              selectedOn
              normalizedByBest
              interval {
                low
                high
                confidence
              }
            }
            reference {
              value
            }
            difference {
              difference
              pAdjusted
              significant
              leastSignificant
              won
              lost
            }
          }
        }
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** What can be compared: the newest finished runs, adapters, bases. More are found by their names. */
export const subjectsQuery = graphql(`
  query Subjects($runs: FusionRunFilter, $adapters: AdapterFilter, $first: Int) {
    fusionRuns(filter: $runs, first: $first) {
      totalCount
      nodes {
        id
        name
        seed
        evaluateOn {
          id
        }
        strategy {
          title
        }
      }
    }
    adapters(filter: $adapters, first: 200, orderBy: { field: NAME, direction: ASC }) {
      nodes {
        id
        name
      }
    }
    baseModels(first: 50) {
      nodes {
        id
        name
      }
    }
    tasks(first: 100, orderBy: { field: TITLE, direction: ASC }) {
      nodes {
        id
        title
      }
    }
  }
`);

export type Comparison = Extract<ComparisonQuery['comparison'], { readonly __typename: 'Comparison' }>;
export type Row = Comparison['rows'][number];
export type Cell = Row['cells'][number];
