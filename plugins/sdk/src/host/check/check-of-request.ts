import type { FusionRequest } from '../fusion-run.js';
import type { FusionCheck } from './check-fusion.js';

/** What of a run is checked. */
export type CheckedRequest = Pick<
  FusionRequest,
  'strategy' | 'strategies' | 'options' | 'members' | 'space' | 'outputRank' | 'adapterMethods'
> &
  Pick<FusionCheck, 'validation'>;

/** The question whether a run of opened adapters may be made, from what their files say of themselves. */
export function checkOfRequest(request: CheckedRequest): FusionCheck {
  const { strategy, strategies, options, members, space, outputRank, adapterMethods, validation } = request;
  return {
    strategy,
    options,
    space,
    outputRank,
    members: members.map(({ adapter, weight, ownFrameDigest, statistics }) => ({
      name: adapter.manifest.name,
      manifest: adapter.manifest,
      weight,
      ownFrameDigest,
      ...(statistics && { statistics: [statistics.kind] }),
    })),
    ...(validation !== undefined && { validation }),
    ...(adapterMethods && { adapterMethods }),
    ...(strategies && { strategies }),
  };
}
