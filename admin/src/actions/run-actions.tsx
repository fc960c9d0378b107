import CompareIcon from '@mui/icons-material/TableChart';
import { BulkDeleteButton, Button, useListContext } from 'react-admin';
import { Link } from 'react-router';
import { initialState, writeState } from '../compare/comparison-state';
import { JobActions } from './job-actions';

/** What can be done with several runs at once. Comparing is a link: it can be opened beside the list. */
export function RunActions() {
  const { selectedIds } = useListContext();
  const subjects = selectedIds.map((id) => ({ kind: 'run' as const, id: String(id) }));
  return (
    <>
      <Button
        label="crucible.compare.menu"
        component={Link}
        to={`/compare?${writeState({ ...initialState, subjects }).toString()}`}
      >
        <CompareIcon />
      </Button>
      <JobActions />
      <BulkDeleteButton mutationMode="pessimistic" />
    </>
  );
}
