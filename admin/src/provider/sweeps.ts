import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { SweepFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Sweeps($filter: SweepFilter, $orderBy: SweepOrder, $page: PageInput) {
    sweeps(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        state
        size
        chosenPoint
        createdAt
        startedAt
        finishedAt
        progress {
          phase
          done
          total
        }
        strategy {
          title
        }
        axes {
          option
          values
        }
      }
    }
  }
`);

const one = graphql(`
  query Sweep($id: ID!) {
    node(id: $id) {
      __typename
      ... on Sweep {
        id
        name
        state
        size
        space
        chosenPoint
        createdAt
        startedAt
        finishedAt
        cancelRequestedAt
        log
        progress {
          phase
          done
          total
        }
        problem {
          code
          message
          remedy
        }
        strategy {
          id
          title
        }
        axes {
          option
          values
        }
        chosen {
          id
          name
          seed
          strategy {
            title
          }
        }
        points(first: 500) {
          id
          point
          state
          meanScore
          worstScore
        }
        report {
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
    }
  }
`);

const remove = graphql(`
  mutation DeleteSweep($id: ID!) {
    deleteSweep(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** Grids of fusions, whose points are fusion runs. */
export const sweeps: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as SweepFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'SIZE', 'STATE']) ?? null;
    const variables = { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy };
    const { sweeps } = await request(list, variables, signal);
    return { data: [...sweeps.nodes], total: sweeps.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'Sweep');
  },
  async remove(id) {
    expectType((await request(remove, { id: String(id) })).deleteSweep, 'Deleted');
  },
};
