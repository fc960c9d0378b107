import CancelIcon from '@mui/icons-material/Block';
import CloneIcon from '@mui/icons-material/ContentCopy';
import RetryIcon from '@mui/icons-material/Replay';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNotify, useTranslate } from 'react-admin';
import { Link } from 'react-router';
import { expectType } from '../graphql/expect-type';
import type { RunState } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { cancelRun, retryRun } from './documents';

interface RunButtonsProps {
  readonly run: { readonly id: string; readonly state: RunState; readonly cancelRequestedAt: string | null };
}

const UNDER_WAY: readonly RunState[] = ['QUEUED', 'RUNNING', 'SCORING'];
const AGAIN: readonly RunState[] = ['FAILED', 'CANCELLED'];

/** Cancel what goes on, try again what did not succeed, and begin a new fusion with the same settings. */
export function RunButtons({ run: { id, state, cancelRequestedAt } }: RunButtonsProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async (what: 'cancel' | 'retry') => {
      if (what === 'cancel') expectType((await request(cancelRun, { id })).cancelRun, 'FusionRun');
      else expectType((await request(retryRun, { id })).retryRun, 'FusionRun');
    },
    onError: (error) => notify(error.message, { type: 'error' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  });
  const isCancelling = cancelRequestedAt !== null;
  return (
    <Box
      role="group"
      aria-label={translate('crucible.run.actions')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}
    >
      {UNDER_WAY.includes(state) ? (
        <Button
          variant="outlined"
          startIcon={<CancelIcon />}
          disabled={isCancelling || change.isPending}
          onClick={() => change.mutate('cancel')}
        >
          {translate(isCancelling ? 'crucible.run.cancelling' : 'crucible.run.cancel')}
        </Button>
      ) : null}
      {AGAIN.includes(state) ? (
        <Button
          variant="outlined"
          startIcon={<RetryIcon />}
          disabled={change.isPending}
          onClick={() => change.mutate('retry')}
        >
          {translate('crucible.run.retry')}
        </Button>
      ) : null}
      <Button variant="outlined" startIcon={<CloneIcon />} component={Link} to={`/fuse?from=${id}`}>
        {translate('crucible.run.clone')}
      </Button>
    </Box>
  );
}
