import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import LinearProgress from '@mui/material/LinearProgress';
import { useQuery } from '@tanstack/react-query';
import { Title, useTranslate } from 'react-admin';
import { useSearchParams } from 'react-router';
import { request } from '../graphql/request';
import { formStrategies } from './documents';
import { FuseForm } from './fuse-form';
import { emptyFusion } from './fuse-state';
import { loadAdapters } from './load-adapters';
import { loadClone } from './load-clone';

/** What a new fusion begins with: the simplest strategy that has something to choose. */
const FIRST_STRATEGY = 'taskArithmetic';

/** `/fuse`; with `?from=<run>` filled with what that run used, with `?adapters=<id>.<id>` with those adapters, with `?strategy=<key>` with that strategy. */
export default function FusePage() {
  const translate = useTranslate();
  const [parameters] = useSearchParams();
  const from = parameters.get('from') ?? undefined;
  const strategies = useQuery({
    queryKey: ['strategies', 'fuse'],
    queryFn: ({ signal }) => request(formStrategies, {}, signal),
    staleTime: 60_000,
  });
  const all = strategies.data?.strategies;
  const clone = useQuery({
    queryKey: ['runs', 'clone', from],
    queryFn: ({ signal }) => loadClone(from ?? '', (key) => all?.find((each) => each.key === key), signal),
    enabled: from !== undefined && all !== undefined,
    // What is being edited is not replaced because the run was read again.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const wanted = parameters.get('adapters') ?? '';
  const adapters = useQuery({
    queryKey: ['adapters', 'chosen', wanted],
    queryFn: ({ signal }) => loadAdapters(wanted.split('.'), signal),
    enabled: wanted !== '',
    staleTime: Number.POSITIVE_INFINITY,
  });
  const isLoading =
    strategies.isPending || (from !== undefined && clone.isPending) || (wanted !== '' && adapters.isPending);
  const named = parameters.get('strategy');
  const first = all?.find(({ key }) => key === named) ?? all?.find(({ key }) => key === FIRST_STRATEGY) ?? all?.[0];
  return (
    <Box sx={{ p: { xs: 1, sm: 2 } }}>
      <Title title={translate('crucible.fuse.title')} />
      {strategies.error ? <Alert severity="error">{strategies.error.message}</Alert> : null}
      {clone.error ? (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {translate('crucible.fuse.cloneFailed', { message: clone.error.message })}
        </Alert>
      ) : null}
      {isLoading && !strategies.error ? <LinearProgress aria-label={translate('crucible.fuse.loading')} /> : null}
      {!isLoading && all && first ? (
        <FuseForm
          key={`${from} ${wanted} ${named}`}
          strategies={all}
          initial={clone.data ?? { ...emptyFusion(first.key), members: adapters.data ?? [] }}
        />
      ) : null}
    </Box>
  );
}
