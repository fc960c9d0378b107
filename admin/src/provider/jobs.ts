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
        __typename
        id
        state
        attempt
        createdAt
        startedAt
        finishedAt
        progress {
          phase
          done
          total
        }
        problem {
          code
          message
        }
        ... on FusionRun {
          runName: name
          strategy {
            title
          }
        }
        ... on Evaluation {
          task {
            title
          }
          adapter {
            id
            name
          }
        }
        ... on TrainingRun {
          trainingName: name
        }
      }
    }
  }
`);

/** All that is computed, of every kind. A fusion has a page of its own among the runs; the others stand in this list alone. */
export const jobs: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { kinds, states } = filter as JobFilter;
    const direction = sort?.order === 'ASC' ? 'ASC' : 'DESC';
    const chosen = { ...(kinds ? { kinds } : {}), ...(states ? { states } : {}) };
    const { jobs } = await request(list, { filter: chosen, direction, page: pageOf(params) }, signal);
    return { data: [...jobs.nodes], total: jobs.totalCount };
  },
  one: (id) => Promise.reject(new Error(`Jobs have no page of their own; ${id} was asked for.`)),
};
