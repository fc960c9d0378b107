import { graphql } from '../../graphql/documents';
import type { LineageQuery } from '../../graphql/generated/graphql';

/** Three generations back, and one on. What is older is a click away. */
export const lineageQuery = graphql(`
  query Lineage($id: ID!) {
    node(id: $id) {
      __typename
      ... on Adapter {
        ...LineageAdapter
        provenance {
          ...LineageSource
          ... on FusedBy {
            run {
              members {
                id
                adapter {
                  ...LineageAdapter
                  provenance {
                    ...LineageSource
                    ... on FusedBy {
                      run {
                        members {
                          id
                          adapter {
                            ...LineageAdapter
                            provenance {
                              ...LineageSource
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
        fusionRuns(first: 12) {
          ...LineageRun
          outputs {
            id
            name
          }
        }
      }
    }
  }
  fragment LineageRun on FusionRun {
    id
    name
    seed
    strategy {
      title
    }
  }
  fragment LineageAdapter on Adapter {
    id
    name
    base {
      id
      name
    }
    frame {
      id
      name
    }
  }
  fragment LineageSource on Provenance {
    __typename
    ... on FusedBy {
      run {
        ...LineageRun
      }
    }
    ... on TrainedBy {
      training {
        id
        name
      }
    }
    ... on ExtractedBy {
      extraction {
        id
        name
      }
    }
    ... on ImportedFrom {
      workspace
      file
    }
  }
`);

export type LineageAnswer = Extract<NonNullable<LineageQuery['node']>, { readonly __typename: 'Adapter' }>;
