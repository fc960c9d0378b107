import { BulkDeleteButton } from 'react-admin';
import { CompareButton } from './compare-button';
import { JobActions } from './job-actions';

/** What can be done with several runs at once. */
export function RunActions() {
  return (
    <>
      <CompareButton kind="run" />
      <JobActions />
      <BulkDeleteButton mutationMode="pessimistic" />
    </>
  );
}
