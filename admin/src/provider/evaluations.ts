import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { EvaluationFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { readJob } from './jobs';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Evaluations($filter: EvaluationFilter, $orderBy: EvaluationOrder, $page: PageInput) {
    evaluations(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        state
        split
        createdAt
        startedAt
        finishedAt
        progress {
          phase
          done
          total
        }
        task {
          id
          title
        }
        base {
          id
          name
        }
        adapter {
          id
          name
        }
        run {
          id
          name
          seed
          strategy {
            title
          }
        }
        score {
          metric
          value
          n
          selectedOn
          interval {
            low
            high
            confidence
          }
        }
      }
    }
  }
`);

const remove = graphql(`
  mutation DeleteEvaluation($id: ID!) {
    deleteEvaluation(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** The scoring of one model on one split of one task. */
export const evaluations: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const orderBy = orderOf(sort, ['CREATED_AT', 'STATE']) ?? null;
    const { evaluations } = await request(
      list,
      { filter: filter as EvaluationFilter, page: pageOf(params), orderBy },
      signal,
    );
    return { data: [...evaluations.nodes], total: evaluations.totalCount };
  },
  one: readJob,
  async remove(id) {
    expectType((await request(remove, { id: String(id) })).deleteEvaluation, 'Deleted');
  },
};
