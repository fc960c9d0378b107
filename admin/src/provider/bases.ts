import { graphql } from '../graphql/documents';
import type { BaseModelFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Bases($filter: BaseModelFilter, $orderBy: BaseModelOrder, $page: PageInput) {
    baseModels(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        architecture
        parameterCount
        sizeBytes
        createdAt
      }
    }
  }
`);

const one = graphql(`
  query Base($id: ID!) {
    node(id: $id) {
      __typename
      ... on BaseModel {
        id
        name
        architecture
        digest
        imageSize
        parameterCount
        sizeBytes
        createdAt
        frames {
          id
          name
          rank
          scale
          targetModules
        }
        adapters(first: 20) {
          id
          name
          method
        }
      }
    }
  }
`);

export const bases: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as BaseModelFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'NAME']) ?? null;
    const variables = { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy };
    const { baseModels } = await request(list, variables, signal);
    return { data: [...baseModels.nodes], total: baseModels.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'BaseModel');
  },
};
