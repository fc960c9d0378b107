import { graphql } from '../graphql/documents';

export const homeQuery = graphql(`
  query Home {
    tasks(first: 1) {
      totalCount
    }
    adapters(first: 1) {
      totalCount
    }
    baseModels(first: 1) {
      totalCount
    }
    fusionRuns(first: 1) {
      totalCount
    }
    scored: fusionRuns(first: 200, filter: { states: [SUCCEEDED] }) {
      nodes {
        id
        name
        seed
        meanScore
        worstScore
        evaluationSplit
        evaluateOn {
          id
        }
        strategy {
          title
        }
        sweep {
          id
        }
        output {
          base {
            id
            name
          }
        }
      }
    }
    failed: jobs(first: 5, filter: { states: [FAILED] }) {
      totalCount
      nodes {
        problem {
          code
          message
        }
        ...JobSubject
      }
    }
    active: jobs(first: 8, filter: { states: [RUNNING, SCORING] }) {
      totalCount
      nodes {
        ...JobSubject
      }
    }
    plugins {
      id
      name
      status
      problemMessage
    }
    system {
      version
      queue {
        active
        waiting
      }
      storage {
        freeBytes
      }
    }
  }
`);
