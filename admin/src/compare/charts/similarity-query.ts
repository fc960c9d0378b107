import { graphql } from '../../graphql/documents';

export const similarityQuery = graphql(`
  query CompareSimilarity($adapters: [ID!]!) {
    similarity(adapters: $adapters) {
      __typename
      ... on SimilarityReport {
        adapters {
          adapter {
            id
            name
          }
        }
        pairs {
          left
          right
          cosine
          signConflict {
            value
            margin
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
