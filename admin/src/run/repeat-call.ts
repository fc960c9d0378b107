import type { FuseInput } from '../graphql/generated/graphql';

const MUTATION = `mutation Fuse($input: FuseInput!) {
  fuse(input: $input) {
    __typename
    ... on FusionRun { id fingerprint }
    ... on Problem { code message }
  }
}`;

/** The body of the request that asks for a fusion, as one would post it. */
export function repeatCall(input: FuseInput): string {
  return JSON.stringify({ query: MUTATION.replace(/\s+/g, ' '), variables: { input } }, null, 2);
}
