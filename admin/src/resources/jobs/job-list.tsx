import { DataTable, List, SelectArrayInput, useTranslate } from 'react-admin';
import { JobActions } from '../../actions/job-actions';
import { secondsBetween } from '../../fields/format';
import { jobStateChoices } from '../../fields/job-states';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { JobKind } from '../../graphql/generated/graphql';
import type { JobRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';
import { JobSubject, kindOfJob } from './job-subject';

const KINDS: readonly JobKind[] = [
  'FUSION_RUN',
  'SWEEP',
  'EVALUATION',
  'TRAINING_RUN',
  'IMPORT_RUN',
  'EXPORT_RUN',
  'EXTRACTION_RUN',
  'MODEL_FUSION_RUN',
  'STATISTICS_RUN',
  'ANALYSIS',
  'EXPERIMENT',
];

const filters = [
  <SelectArrayInput key="states" source="states" label="resources.jobs.filters.states" choices={jobStateChoices} />,
  <SelectArrayInput
    key="kinds"
    source="kinds"
    label="resources.jobs.filters.kinds"
    choices={KINDS.map((id) => ({ id, name: `resources.jobs.kinds.${id}` }))}
  />,
];
const Column = DataTable.Col<JobRow>;

export default function JobList() {
  const translate = useTranslate();
  const format = useFormat();
  return (
    <List
      actions={<ListActions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<JobRow> narrow={['what', 'state']} bulkActionButtons={<JobActions />}>
        <Column source="what" disableSort render={(job) => <JobSubject job={job} />} />
        <Column source="kind" disableSort render={(job) => kindOfJob(job, translate)} />
        <Column
          source="state"
          disableSort
          render={({ state, progress }) => <StateChip state={state} share={shareOf(progress)} />}
        />
        <Column source="createdAt" render={({ createdAt }) => format.moment(createdAt)} />
        <Column
          source="took"
          disableSort
          align="right"
          render={({ startedAt, finishedAt }) => format.seconds(secondsBetween(startedAt, finishedAt))}
        />
        <Column source="attempt" disableSort align="right" />
        <Column source="problem" disableSort render={({ problem }) => problem?.message ?? ''} />
      </RecordTable>
    </List>
  );
}
