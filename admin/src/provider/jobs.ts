import type { Identifier } from 'react-admin';
import { ApiError } from '../graphql/api-error';
import { graphql } from '../graphql/documents';
import type { JobFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Jobs($filter: JobFilter, $direction: OrderDirection!, $page: PageInput) {
    jobs(filter: $filter, direction: $direction, page: $page) {
      totalCount
      nodes {
        id
        attempt
        createdAt
        startedAt
        finishedAt
        problem {
          code
          message
        }
        ...JobSubject
      }
    }
  }
  fragment JobSubject on Job {
    __typename
    id
    state
    progress {
      phase
      done
      total
    }
    ... on FusionRun {
      runName: name
      strategy {
        title
      }
    }
    ... on Sweep {
      sweepName: name
      strategy {
        title
      }
    }
    ... on Evaluation {
      split
      task {
        id
        title
      }
      adapter {
        id
        name
      }
      base {
        id
        name
      }
    }
    ... on TrainingRun {
      trainingName: name
    }
    ... on ImportRun {
      importName: name
    }
    ... on ExtractionRun {
      extractionName: name
    }
    ... on ModelFusionRun {
      modelName: name
    }
    ... on Experiment {
      experimentName: name
    }
    ... on Analysis {
      analysisName: name
      analysisKind: kind
    }
    ... on ExportRun {
      format
      exported: adapter {
        id
        name
      }
    }
    ... on StatisticsRun {
      kind
      measured: adapter {
        id
        name
      }
    }
  }
`);

const one = graphql(`
  query Job($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Job {
        attempt
        createdAt
        startedAt
        finishedAt
        cancelRequestedAt
        peakMemoryBytes
        log
        backend {
          name
          reason
        }
        timings {
          phase
          seconds
        }
        problem {
          code
          message
          remedy
        }
        ...JobSubject
      }
      ... on Evaluation {
        run {
          id
          name
          seed
          strategy {
            title
          }
        }
        score {
          id
          value
          n
          split
          selectedOn
          metric
          normalizedByBest
          interval {
            low
            high
            confidence
          }
          task {
            id
            title
          }
        }
      }
      ... on TrainingRun {
        method
        seed
        task {
          id
          title
        }
        frame {
          id
          name
        }
        output {
          id
          name
        }
        history {
          epoch
          loss
          validationAccuracy
        }
      }
      ... on ImportRun {
        target
        output {
          id
          name
        }
        importedTask: task {
          id
          title
        }
        importedBase: base {
          id
          name
        }
        inspection {
          ...InspectionReport
        }
      }
      ... on Experiment {
        results: downloads {
          name
          url
          sizeBytes
        }
      }
      ... on Analysis {
        seed
        data: downloads {
          csv
          json
        }
        analysed: members {
          id
          name
          adapter {
            id
          }
        }
      }
      ... on ExtractionRun {
        output {
          id
          name
        }
        report {
          modules
          rank
          relativeError
        }
      }
      ... on ModelFusionRun {
        modelOutput: output {
          id
          name
        }
        archive {
          name
          url
          sizeBytes
        }
        files {
          name
          url
          sizeBytes
        }
      }
      ... on ExportRun {
        archive {
          name
          url
          sizeBytes
        }
        files {
          name
          url
          sizeBytes
        }
        loss {
          relativeError
          truncatedModules
        }
      }
      ... on StatisticsRun {
        examples
        split
        task {
          id
          title
        }
      }
    }
  }
`);

/** One job, of whatever kind. */
export async function readJob(id: Identifier, signal?: AbortSignal) {
  const { node } = await request(one, { id: String(id) }, signal);
  if (node && 'state' in node) return node;
  throw new ApiError('NOT_FOUND', 'There is no such job.');
}

/** All that is computed, of every kind. */
export const jobs: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { kinds, states } = filter as JobFilter;
    const direction = sort?.order === 'ASC' ? 'ASC' : 'DESC';
    const chosen = { ...(kinds ? { kinds } : {}), ...(states ? { states } : {}) };
    const { jobs } = await request(list, { filter: chosen, direction, page: pageOf(params) }, signal);
    return { data: [...jobs.nodes], total: jobs.totalCount };
  },
  one: readJob,
};
