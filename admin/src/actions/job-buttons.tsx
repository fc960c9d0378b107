import CancelIcon from '@mui/icons-material/Block';
import RetryIcon from '@mui/icons-material/Replay';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useNotify, useRefresh, useTranslate } from 'react-admin';
import type { RunState } from '../graphql/generated/graphql';
import { cancelJob, retryJob } from './change-job';

interface JobButtonsProps {
  readonly job: { readonly id: string; readonly state: RunState; readonly cancelRequestedAt: string | null };
  /** What else can be done with a job of its kind. */
  readonly children?: ReactNode;
}

const UNDER_WAY: readonly RunState[] = ['QUEUED', 'RUNNING', 'SCORING'];
const AGAIN: readonly RunState[] = ['FAILED', 'CANCELLED'];

/** Cancel what goes on, and try again what did not succeed. */
export function JobButtons({ job: { id, state, cancelRequestedAt }, children }: JobButtonsProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const refresh = useRefresh();
  const change = useMutation({
    mutationFn: (work: (id: string) => Promise<void>) => work(id),
    onError: (error) => notify(error.message, { type: 'error' }),
    onSettled: () => refresh(),
  });
  const isCancelling = cancelRequestedAt !== null;
  return (
    <Box
      role="group"
      aria-label={translate('resources.jobs.actions')}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}
    >
      {UNDER_WAY.includes(state) ? (
        <Button
          variant="outlined"
          startIcon={<CancelIcon />}
          disabled={isCancelling || change.isPending}
          onClick={() => change.mutate(cancelJob)}
        >
          {translate(isCancelling ? 'resources.jobs.cancelling' : 'ra.action.cancel')}
        </Button>
      ) : null}
      {AGAIN.includes(state) ? (
        <Button
          variant="outlined"
          startIcon={<RetryIcon />}
          disabled={change.isPending}
          onClick={() => change.mutate(retryJob)}
        >
          {translate('resources.jobs.retry')}
        </Button>
      ) : null}
      {children}
    </Box>
  );
}
