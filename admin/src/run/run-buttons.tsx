import CloneIcon from '@mui/icons-material/ContentCopy';
import CompareIcon from '@mui/icons-material/TableChart';
import Button from '@mui/material/Button';
import { useTranslate } from 'react-admin';
import { Link } from 'react-router';
import { JobButtons } from '../actions/job-buttons';
import { initialState, writeState } from '../compare/comparison-state';
import type { RunState } from '../graphql/generated/graphql';

interface RunButtonsProps {
  readonly run: { readonly id: string; readonly state: RunState; readonly cancelRequestedAt: string | null };
}

/** Cancel what goes on, try again what did not succeed, begin a new fusion with the same settings, and see what it gave beside its adapters. */
export function RunButtons({ run }: RunButtonsProps) {
  const translate = useTranslate();
  const subjects = [{ kind: 'run' as const, id: run.id }];
  return (
    <JobButtons job={run}>
      <Button variant="outlined" startIcon={<CloneIcon />} component={Link} to={`/fuse?from=${run.id}`}>
        {translate('crucible.run.clone')}
      </Button>
      <Button
        variant="outlined"
        startIcon={<CompareIcon />}
        component={Link}
        to={`/compare?${writeState({ ...initialState, subjects, view: 'difference' }).toString()}`}
      >
        {translate('crucible.run.compare')}
      </Button>
    </JobButtons>
  );
}
