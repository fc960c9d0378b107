import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../graphql/api-error';

/** A server that is away may come back in a moment; what it refused, it refuses again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.code === 'SERVER_UNREACHABLE',
      staleTime: 2_000,
    },
  },
});
