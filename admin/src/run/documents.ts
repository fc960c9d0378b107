import { graphql } from '../graphql/documents';

export const runDetails = graphql(`
  query RunDetails($id: ID!) {
    node(id: $id) {
      __typename
      ... on FusionRun {
        id
        coefficients
        trace {
          index
          objective
          loss
          best
        }
        timings {
          phase
          seconds
        }
        outputs {
          id
          name
          downloads {
            safetensors {
              name
              url
              sizeBytes
            }
          }
        }
        members {
          id
          position
          weight
          adapter {
            id
            name
            digest
          }
        }
      }
    }
  }
`);
