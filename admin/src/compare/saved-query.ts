import { graphql } from '../graphql/documents';

export const savedList = graphql(`
  query SavedComparisons {
    savedComparisons(first: 100, orderBy: { field: NAME, direction: ASC }) {
      nodes {
        id
        name
        state
      }
    }
  }
`);

export const savedOne = graphql(`
  query SavedComparison($id: ID!) {
    node(id: $id) {
      __typename
      ... on SavedComparison {
        id
        name
        state
      }
    }
  }
`);

export const saveNew = graphql(`
  mutation SaveComparison($input: SaveComparisonInput!) {
    saveComparison(input: $input) {
      __typename
      ... on SavedComparison {
        id
        name
        state
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);

export const saveOver = graphql(`
  mutation UpdateSavedComparison($id: ID!, $input: UpdateSavedComparisonInput!) {
    updateSavedComparison(id: $id, input: $input) {
      __typename
      ... on SavedComparison {
        id
        name
        state
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);

export const removeSaved = graphql(`
  mutation DeleteSavedComparison($id: ID!) {
    deleteSavedComparison(id: $id) {
      __typename
      ... on Deleted {
        id
      }
      ... on Problem {
        code
        message
      }
    }
  }
`);
