import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { AdapterFilter } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { expectNode } from './expect-node';
import { orderOf, pageOf } from './page-of';
import type { ResourceAccess } from './resource-access';

const list = graphql(`
  query Adapters($filter: AdapterFilter, $orderBy: AdapterOrder, $page: PageInput) {
    adapters(filter: $filter, orderBy: $orderBy, page: $page) {
      totalCount
      nodes {
        id
        name
        method
        rank
        scale
        origin
        digest
        sizeBytes
        createdAt
        base {
          id
          name
        }
        task {
          id
          name
          title
        }
        frame {
          id
          name
        }
      }
    }
  }
`);

const one = graphql(`
  query Adapter($id: ID!) {
    node(id: $id) {
      __typename
      ... on Adapter {
        id
        name
        method
        rank
        scale
        origin
        digest
        sizeBytes
        parameterCount
        targetModules
        createdAt
        base {
          id
          name
        }
        task {
          id
          name
          title
        }
        frame {
          id
          name
        }
        downloads {
          safetensors {
            name
            url
            sizeBytes
          }
          peft {
            ...ExportedFiles
          }
          mergedModel {
            ...ExportedFiles
          }
        }
        provenance {
          __typename
          ... on FusedBy {
            run {
              id
              name
            }
          }
          ... on TrainedBy {
            training {
              id
              name
            }
          }
          ... on ExtractedBy {
            extraction {
              id
              name
            }
          }
          ... on ImportedFrom {
            file
            workspace
          }
        }
        scores {
          id
          split
          value
          n
          normalizedByOwn
          metric
          normalizedByBest
          selectedOn
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
  fragment ExportedFiles on ExportRun {
    id
    format
    archive {
      name
      url
      sizeBytes
    }
    files {
      name
      url
      sizeBytes
    }
  }
`);

const remove = graphql(`
  mutation DeleteAdapter($id: ID!) {
    deleteAdapter(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

export const adapters: ResourceAccess = {
  async list({ signal, filter, sort, ...params }) {
    const { q, ...fields } = filter as AdapterFilter & { readonly q?: string };
    const orderBy = orderOf(sort, ['CREATED_AT', 'METHOD', 'NAME', 'RANK', 'SIZE']);
    const { adapters } = await request(
      list,
      { filter: { ...fields, ...(q ? { search: q } : {}) }, page: pageOf(params), orderBy: orderBy ?? null },
      signal,
    );
    return { data: [...adapters.nodes], total: adapters.totalCount };
  },
  async one(id, signal) {
    const { node } = await request(one, { id: String(id) }, signal);
    return expectNode(node, 'Adapter');
  },
  async remove(id) {
    expectType((await request(remove, { id: String(id) })).deleteAdapter, 'Deleted');
  },
};
