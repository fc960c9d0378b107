import { request } from '../graphql/request';
import { chosenAdapter } from './documents';
import type { MemberState } from './fuse-state';

/** Adapters of one fusion, at most: what the API takes. */
const MOST = 256;

/** Adapters by their ids, in that order, as the form holds them; those that are not there any more are left out. */
export async function loadAdapters(ids: readonly string[], signal: AbortSignal): Promise<readonly MemberState[]> {
  const answers = await Promise.all(
    [...new Set(ids)].slice(0, MOST).map((id) => request(chosenAdapter, { id }, signal)),
  );
  return answers.flatMap(({ node }) => (node?.__typename === 'Adapter' ? [{ adapter: node, weight: '' }] : []));
}
