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

export const strategies: ResourceAccess = {
  async list(params) {
    const { strategies } = await request(list, {}, params.signal);
    return listWhole(strategies, params);
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'FusionStrategy');
  },
};
