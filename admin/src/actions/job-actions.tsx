import CancelIcon from '@mui/icons-material/Block';
import RetryIcon from '@mui/icons-material/Replay';
import { Button, useListContext, useNotify, useRefresh, useTranslate } from 'react-admin';
import { ApiError } from '../graphql/api-error';
import { graphql } from '../graphql/documents';
import { request } from '../graphql/request';

const cancel = graphql(`
  mutation CancelJob($id: ID!) {
    cancelJob(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

const retry = graphql(`
  mutation RetryJob($id: ID!) {
    retryJob(id: $id) {
      __typename
      ... on Problem {
        code
        message
      }
    }
  }
`);

type Work = (id: string) => Promise<object>;

async function refuseProblems(answer: object): Promise<void> {
  if ('code' in answer && 'message' in answer) throw new ApiError(String(answer.code), String(answer.message));
}

/** Does the same to every job that is chosen; says how many it was done to, and why it was not to the first of the others. */
export function JobActions() {
  const { selectedIds, onUnselectItems } = useListContext();
  const translate = useTranslate();
  const notify = useNotify();
  const refresh = useRefresh();
  const all = async (work: Work): Promise<void> => {
    const results = await Promise.allSettled(
      selectedIds.map(async (id) => await refuseProblems(await work(String(id)))),
    );
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
      <Button
        label="resources.jobs.cancel"
        onClick={() => void all(async (id) => (await request(cancel, { id })).cancelJob)}
      >
        <CancelIcon />
      </Button>
      <Button
        label="resources.jobs.retry"
        onClick={() => void all(async (id) => (await request(retry, { id })).retryJob)}
      >
        <RetryIcon />
      </Button>
    </>
  );
}
