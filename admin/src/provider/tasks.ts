import { graphql } from '../graphql/documents';
import type { TaskFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Tasks($filter: TaskFilter, $orderBy: TaskOrder, $page: PageInput) {
    tasks(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        title
        metric
        licence
        classes
        createdAt
        counts {
          train
          validation
          test
        }
      }
    }
  }
`);

const one = graphql(`
  query Task($id: ID!) {
    node(id: $id) {
      __typename
      ... on Task {
        id
        name
        title
        description
        metric
        licence
        source
        digest
        sizeBytes
        classes
        createdAt
        prompts {
          name
          input
        }
        counts {
          train
          validation
          test
        }
        scores(first: 500) {
          id
          metric
          value
          n
          selectedOn
          interval {
            low
            high
            confidence
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
        }
        adapters {
          id
          name
          method
        }
      }
    }
  }
`);

export const tasks: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as TaskFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'NAME', 'TITLE']) ?? null;
    const variables = { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy };
    const { tasks } = await request(list, variables, signal);
    return { data: [...tasks.nodes], total: tasks.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'Task');
  },
};
