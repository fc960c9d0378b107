import { graphql } from '../graphql/documents';

/** Three levels deep: an option, the fields of an object or of a table's rows, and theirs. */
export const formStrategies = graphql(`
  query FormStrategies {
    strategies {
      id
      key
      title
      kind
      description
      outputs
      spaces
      version
      needs {
        minAdapters
        maxAdapters
        equalRank
        sharedFrame
        statistics
        validation
        order
      }
      references {
        title
        authors
        year
        url
        arxiv
      }
      wraps {
        key
      }
      options {
        ...OptionParts
        fields {
          ...OptionParts
          fields {
            ...OptionParts
          }
        }
      }
    }
  }
  fragment OptionParts on StrategyOption {
    name
    type
    itemType
    description
    required
    nullable
    default
    range
    values
    min
    max
    greaterThan
    lessThan
    minLength
    maxLength
  }
`);

export const formAdapters = graphql(`
  query FormAdapters($search: String, $origins: [Origin!]) {
    adapters(first: 200, filter: { search: $search, origins: $origins }, orderBy: { field: NAME, direction: ASC }) {
      totalCount
      nodes {
        ...ChosenParts
      }
    }
  }
  fragment ChosenParts on Adapter {
    id
    name
    method
    rank
    origin
    base {
      id
      name
    }
    frame {
      id
    }
    task {
      id
      title
    }
  }
`);

export const formTasks = graphql(`
  query FormTasks {
    tasks(first: 500) {
      nodes {
        id
        title
        heads {
          base {
            id
          }
        }
      }
    }
  }
`);

export const planOfFusion = graphql(`
  query PlanOfFusion($input: FuseInput!) {
    planFusion(input: $input) {
      __typename
      ... on FusionPlan {
        ready
        space
        spaceReason
        issues {
          code
          message
          path
        }
        evaluateOn {
          id
          title
        }
        run {
          seconds
          secondsBasis
          secondsRuns
          peakMemoryBytes
          bytesRead
          bytesWritten
          certain
          outputRank
          outputs
          passes
          result
        }
      }
      ... on Problem {
        code
        message
        path
      }
    }
  }
`);

export const fuse = graphql(`
  mutation Fuse($input: FuseInput!) {
    fuse(input: $input) {
      __typename
      ... on FusionRun {
        id
      }
      ... on InvalidOptions {
        issues {
          code
          message
          path
        }
      }
      ... on IncompatibleAdapters {
        issues {
          code
          message
          path
        }
      }
      ... on Problem {
        code
        message
        path
      }
    }
  }
`);

export const runToClone = graphql(`
  query RunToClone($id: ID!) {
    node(id: $id) {
      __typename
      ... on FusionRun {
        id
        name
        space
        outputRank
        seed
        evaluationSplit
        evaluateOn {
          id
        }
        strategy {
          key
          title
        }
        options {
          __typename
        }
        members {
          weight
          adapter {
            ...ChosenParts
          }
        }
      }
    }
  }
`);

export const sweep = graphql(`
  mutation QueueSweep($input: SweepInput!) {
    sweep(input: $input) {
      __typename
      ... on Sweep {
        id
      }
      ... on InvalidOptions {
        issues {
          code
          message
          path
        }
      }
      ... on IncompatibleAdapters {
        issues {
          code
          message
          path
        }
      }
      ... on Problem {
        code
        message
        path
      }
    }
  }
`);

export const chosenAdapter = graphql(`
  query ChosenAdapter($id: ID!) {
    node(id: $id) {
      __typename
      ... on Adapter {
        ...ChosenParts
      }
    }
  }
`);
