import { graphql } from '../../graphql/documents';
import type { StoredAnalysisQuery } from '../../graphql/generated/graphql';

/** Analyses that are finished and drawn here. */
export const analysisList = graphql(`
  query StoredAnalyses {
    analyses(
      first: 100
      filter: { states: [SUCCEEDED], kinds: [OPTION_CURVE, DISENTANGLEMENT, LOSS_LANDSCAPE, COSINE] }
    ) {
      totalCount
      nodes {
        id
        kind
        name
        createdAt
        members {
          name
        }
      }
    }
  }
`);

export const analysisOne = graphql(`
  query StoredAnalysis($id: ID!) {
    node(id: $id) {
      __typename
      ... on Analysis {
        id
        kind
        name
        members {
          name
        }
        downloads {
          json
          csv
        }
      }
      ... on OptionCurveAnalysis {
        curve {
          chosen
          chosenValue
          bestOnTest
          optimism
          points {
            value
            validation {
              mean
              interval {
                low
                high
              }
              tasks {
                n
              }
            }
            test {
              mean
              interval {
                low
                high
              }
              tasks {
                n
              }
            }
          }
        }
      }
      ... on DisentanglementAnalysis {
        map {
          axis
          error
          meanInUnitSquare
          counts
        }
      }
      ... on LossLandscapeAnalysis {
        landscape {
          x
          y
          meanLoss
          tasks {
            name
            count
          }
          points {
            label
            x
            y
            loss
          }
        }
      }
      ... on CosineAnalysis {
        matrix {
          cosine
          meanCosine
        }
      }
    }
  }
`);

type Stored = NonNullable<StoredAnalysisQuery['node']>;
export type AnalysisOf<Name extends Stored['__typename']> = Extract<Stored, { readonly __typename: Name }>;
