import { BulkDeleteButton, DataTable, List, SearchInput, SelectArrayInput } from 'react-admin';
import { JobActions } from '../../actions/job-actions';
import { secondsBetween } from '../../fields/format';
import { jobStateChoices } from '../../fields/job-states';
import { NameLink } from '../../fields/name-link';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { SweepRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';
import { useSweepName } from './sweep-name';

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <SelectArrayInput key="states" source="states" label="resources.sweeps.filters.states" choices={jobStateChoices} />,
];
const Column = DataTable.Col<SweepRow>;

export default function SweepList() {
  const format = useFormat();
  const nameOf = useSweepName();
  return (
    <List
      actions={<ListActions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<SweepRow>
        narrow={['name', 'state', 'size']}
        bulkActionButtons={
          <>
            <JobActions />
            <BulkDeleteButton mutationMode="pessimistic" />
          </>
        }
      >
        <Column
          source="name"
          disableSort
          render={(sweep) => (
            <NameLink to="sweeps" id={sweep.id}>
              {nameOf(sweep)}
            </NameLink>
          )}
        />
        <Column
          source="state"
          render={({ state, progress }) => <StateChip state={state} share={shareOf(progress)} />}
        />
        <Column source="strategy" disableSort render={({ strategy }) => strategy.title} />
        <Column source="axes" disableSort render={({ axes }) => axes.map(({ option }) => option).join(' × ')} />
        <Column source="size" align="right" />
        <Column source="createdAt" render={({ createdAt }) => format.moment(createdAt)} />
        <Column
          source="took"
          disableSort
          align="right"
          render={({ startedAt, finishedAt }) => format.seconds(secondsBetween(startedAt, finishedAt))}
        />
      </RecordTable>
    </List>
  );
}
