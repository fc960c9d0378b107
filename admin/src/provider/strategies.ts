import { ApiError } from '../graphql/api-error';
import { graphql } from '../graphql/documents';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { listWhole } from './list-whole';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Strategies {
    strategies {
      id
      key
      title
      kind
      version
      spaces
      available
      description
      plugin {
        id
        name
      }
      references {
        title
        year
      }
    }
  }
`);

const one = graphql(`
  query Strategy($id: ID!) {
    node(id: $id) {
      __typename
      ... on FusionStrategy {
        id
        key
        title
        kind
        version
        spaces
        available
        description
        plugin {
          id
          name
        }
        needs {
          minAdapters
          maxAdapters
          sharedFrame
          equalRank
          validation
          statistics
          order
        }
        references {
          title
          authors
          year
          arxiv
          url
        }
        options {
          name
          type
          description
          default
          range
          values
          required
        }
      }
    }
  }
`);

/** Ids of the API; keys of strategies are words. */
const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const strategies: ResourceAccess = {
  async list(params) {
    const { strategies } = await request(list, {}, params.signal);
    return listWhole(strategies, params);
  },
  /** By its id, or by its key, which is what runs are filtered by. */
  async one(id, signal) {
    if (!IS_ID.test(String(id))) {
      const found = (await request(list, {}, signal)).strategies.find(({ key }) => key === id);
      if (found) return found;
      throw new ApiError('NOT_FOUND', `There is no strategy ${id}.`);
    }
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'FusionStrategy');
  },
};
