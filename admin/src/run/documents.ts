import { graphql } from '../graphql/documents';

export const runDetails = graphql(`
  query RunDetails($id: ID!) {
    node(id: $id) {
      __typename
      ... on FusionRun {
        id
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

export const cancelRun = graphql(`
  mutation CancelRun($id: ID!) {
    cancelRun(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

export const retryRun = graphql(`
  mutation RetryRun($id: ID!) {
    retryRun(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);
