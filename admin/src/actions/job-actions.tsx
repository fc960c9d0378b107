import CancelIcon from '@mui/icons-material/Block';
import RetryIcon from '@mui/icons-material/Replay';
import { Button, useListContext, useNotify, useRefresh, useTranslate } from 'react-admin';
import { cancelJob, retryJob } from './change-job';

/** Does the same to every job that is chosen; says how many it was done to, and why it was not to the first of the others. */
export function JobActions() {
  const { selectedIds, onUnselectItems } = useListContext();
  const translate = useTranslate();
  const notify = useNotify();
  const refresh = useRefresh();
  const all = async (work: (id: string) => Promise<void>): Promise<void> => {
    const results = await Promise.allSettled(selectedIds.map((id) => work(String(id))));
    const refused = results.find((result) => result.status === 'rejected');
    const done = results.filter((result) => result.status === 'fulfilled').length;
    const reason: unknown = refused?.reason;
    notify(
      [translate('resources.jobs.done', { smart_count: done }), reason instanceof Error ? reason.message : ''].join(
        ' ',
      ),
      { type: refused ? 'warning' : 'info' },
    );
    onUnselectItems();
    refresh();
  };
  return (
    <>
      <Button label="resources.jobs.cancel" onClick={() => void all(cancelJob)}>
        <CancelIcon />
      </Button>
      <Button label="resources.jobs.retry" onClick={() => void all(retryJob)}>
        <RetryIcon />
      </Button>
    </>
  );
}
