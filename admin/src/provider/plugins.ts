import { graphql } from '../graphql/documents';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { listWhole } from './list-whole';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Plugins {
    plugins {
      id
      name
      version
      status
      licence
      installed
      description
      problemMessage
      strategies {
        id
        title
      }
    }
  }
`);

const one = graphql(`
  query Plugin($id: ID!) {
    node(id: $id) {
      __typename
      ... on Plugin {
        id
        name
        version
        status
        licence
        installed
        description
        sdkRange
        problemCode
        problemMessage
        strategies {
          id
          title
          description
          options {
            name
            default
            range
          }
        }
      }
    }
  }
`);

export const plugins: ResourceAccess = {
  async list(params) {
    const { plugins } = await request(list, {}, params.signal);
    return listWhole(plugins, params);
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'Plugin');
  },
};
