import { graphql } from '../graphql/documents';
import type { TangentFrameFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Frames($filter: TangentFrameFilter, $orderBy: TangentFrameOrder, $page: PageInput) {
    tangentFrames(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        rank
        scale
        targetModules
        createdAt
        base {
          id
          name
        }
      }
    }
  }
`);

const one = graphql(`
  query Frame($id: ID!) {
    node(id: $id) {
      __typename
      ... on TangentFrame {
        id
        name
        rank
        scale
        targetModules
        digest
        createdAt
        base {
          id
          name
        }
        adapters(first: 500) {
          id
          name
          method
        }
      }
    }
  }
`);

/** Tangent frames: the points that adapters are measured from. */
export const frames: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as TangentFrameFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'NAME', 'RANK']) ?? null;
    const variables = { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy };
    const { tangentFrames } = await request(list, variables, signal);
    return { data: [...tangentFrames.nodes], total: tangentFrames.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'TangentFrame');
  },
};
