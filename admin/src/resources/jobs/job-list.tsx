import { DataTable, List, SelectArrayInput, useTranslate } from 'react-admin';
import { JobActions } from '../../actions/job-actions';
import { secondsBetween } from '../../fields/format';
import { NameLink } from '../../fields/name-link';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { RunState } from '../../graphql/generated/graphql';
import type { JobRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';

const STATES: readonly RunState[] = ['QUEUED', 'RUNNING', 'SCORING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];
const filters = [
  <SelectArrayInput
    key="states"
    source="states"
    label="resources.jobs.filters.states"
    choices={STATES.map((id) => ({ id, name: `crucible.state.${id}` }))}
  />,
];
const Column = DataTable.Col<JobRow>;

/** What a job is about, as a link where there is a page of it. */
function Subject({ job }: { readonly job: JobRow }) {
  const translate = useTranslate();
  if (job.__typename === 'FusionRun')
    return (
      <NameLink to="runs" id={job.id}>
        {job.runName ?? job.strategy.title}
      </NameLink>
    );
  if (job.__typename === 'Evaluation') {
    return (
      <>
        {job.adapter ? (
          <NameLink to="adapters" id={job.adapter.id}>
            {job.adapter.name}
          </NameLink>
        ) : null}{' '}
        {job.task.title}
      </>
    );
  }
  if (job.__typename === 'TrainingRun') return <>{job.trainingName}</>;
  return <>{translate(`resources.jobs.kind.${job.__typename}`)}</>;
}

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
        <Column source="what" disableSort render={(job) => <Subject job={job} />} />
        <Column source="kind" disableSort render={(job) => translate(`resources.jobs.kind.${job.__typename}`)} />
        <Column
          source="state"
          disableSort
          render={({ state, progress }) => (
            <StateChip
              state={state}
              share={progress && progress.total > 0 ? progress.done / progress.total : undefined}
            />
          )}
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
