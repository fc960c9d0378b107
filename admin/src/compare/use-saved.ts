import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../graphql/api-error';
import { request } from '../graphql/request';
import { writeState, type ComparisonState } from './comparison-state';
import { savedOne } from './saved-query';

/** The whole state as a saved comparison keeps it. Never empty: an empty address below `/compare/<id>` stands for what is saved. */
export const savedState = (state: ComparisonState): string => writeState(state).toString() || 'view=score';

/** `/compare/<id>` is the short address of a saved comparison; its state is put behind it, where all changes of it are from then on. */
export function useSaved(): {
  readonly id: string | undefined;
  readonly isOpen: boolean;
  readonly error: Error | null;
} {
  const { id } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const isShort = id !== undefined && search.size === 0;
  const { data, error } = useQuery({
    queryKey: ['savedComparisons', id],
    enabled: isShort,
    queryFn: async ({ signal }) => {
      const { node } = await request(savedOne, { id: id! }, signal);
      if (node?.__typename === 'SavedComparison') return node;
      throw new ApiError('NOT_FOUND', `There is no saved comparison ${id}.`);
    },
  });
  useEffect(() => {
    if (isShort && data) void navigate(`/compare/${id}?${data.state || 'view=score'}`, { replace: true });
  }, [isShort, data, id, navigate]);
  return { id, isOpen: !isShort, error: isShort ? error : null };
}
