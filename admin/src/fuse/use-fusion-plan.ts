import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { request } from '../graphql/request';
import { planOfFusion } from './documents';
import type { FuseDraft } from './fuse-input';
import { useDebounced } from './use-debounced';

/** How long the form stands still before it is planned. A plan under way for an earlier form is aborted. */
const PLAN_MS = 350;

/** The plan of what the form holds; the last one while the next is on its way. */
export function useFusionPlan({ input, wrong }: FuseDraft) {
  const text = JSON.stringify(input);
  const settled = useDebounced(text, PLAN_MS);
  const possible = input.adapters.length > 0 && wrong.size === 0;
  const query = useQuery({
    queryKey: ['planFusion', settled],
    queryFn: ({ signal }) => request(planOfFusion, { input: JSON.parse(settled) as FuseDraft['input'] }, signal),
    enabled: possible,
    placeholderData: keepPreviousData,
    // Adapters and runs come and go: a plan is as good as the moment that it was made in.
    staleTime: 0,
  });
  const isSettled = settled === text && !query.isFetching && !query.isPlaceholderData;
  return { answer: possible ? query.data?.planFusion : undefined, error: query.error, isSettled, possible };
}
