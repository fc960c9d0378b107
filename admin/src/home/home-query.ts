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
    scored: fusionRuns(first: 100, filter: { states: [SUCCEEDED] }) {
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
      }
    }
    failed: fusionRuns(first: 5, filter: { states: [FAILED] }) {
      totalCount
      nodes {
        id
        name
        seed
        strategy {
          title
        }
        problem {
          message
        }
      }
    }
    active: fusionRuns(first: 8, filter: { states: [RUNNING, SCORING] }) {
      nodes {
        id
        name
        seed
        state
        progress {
          done
          total
        }
        strategy {
          title
        }
      }
    }
    system {
      version
      queue {
        active
        waiting
      }
      plugins {
        failed
        incompatible
      }
    }
  }
`);
