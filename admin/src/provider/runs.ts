import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { FusionRunFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Runs($filter: FusionRunFilter, $orderBy: FusionRunOrder, $page: PageInput) {
    fusionRuns(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        state
        createdAt
        startedAt
        finishedAt
        seed
        space
        strategyVersion
        evaluationSplit
        meanScore
        worstScore
        strategy {
          id
          key
          title
        }
        sweep {
          id
          name
        }
        progress {
          phase
          done
          total
        }
        problem {
          code
          message
        }
        members {
          id
          weight
          adapter {
            id
            name
          }
        }
      }
    }
  }
`);

const one = graphql(`
  query Run($id: ID!) {
    node(id: $id) {
      __typename
      ... on FusionRun {
        id
        name
        state
        attempt
        createdAt
        startedAt
        finishedAt
        cancelRequestedAt
        seed
        space
        outputRank
        strategyVersion
        evaluationSplit
        fingerprint
        meanScore
        worstScore
        peakMemoryBytes
        log
        strategy {
          id
          key
          title
        }
        sweep {
          id
          name
        }
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
        backend {
          name
          reason
        }
        timings {
          phase
          seconds
        }
        members {
          id
          position
          weight
          adapter {
            id
            name
            method
            digest
          }
        }
        output {
          id
          name
          digest
          rank
        }
        fidelity {
          exact
          space
          outputRank
          relativeError
          retainedEnergy
          crossTermNorm
        }
        scores {
          id
          split
          value
          n
          loss
          selectedOn
          normalizedByOwn
          metric
          normalizedByBest
          interval {
            low
            high
            confidence
          }
          task {
            id
            name
            title
          }
        }
      }
    }
  }
`);

const remove = graphql(`
  mutation DeleteRun($id: ID!) {
    deleteRun(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

/** Fusion runs. Filters of the page are those of the API, by their names; `q` searches. */
export const runs: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as FusionRunFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'SEED', 'SPACE', 'STATE']);
    const { fusionRuns } = await request(
      list,
      { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy: orderBy ?? null },
      signal,
    );
    return { data: [...fusionRuns.nodes], total: fusionRuns.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'FusionRun');
  },
  async remove(id) {
    expectType((await request(remove, { id: String(id) })).deleteRun, 'Deleted');
  },
};
