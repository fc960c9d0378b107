import { BooleanInput, DataTable, List, SearchInput, SelectArrayInput, useTranslate } from 'react-admin';
import { RunActions } from '../../actions/run-actions';
import { secondsBetween } from '../../fields/format';
import { jobStateChoices } from '../../fields/job-states';
import { useFormat } from '../../fields/use-format';
import { NameLink } from '../../fields/name-link';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import type { FusionSpace } from '../../graphql/generated/graphql';
import { ListActions } from '../../tables/list-actions';
import { ReferenceFilter } from '../../tables/reference-filter';
import { RecordTable } from '../../tables/record-table';
import type { RunRow } from '../../provider/row-types';
import { useRunName } from './run-name';

const SPACES: readonly FusionSpace[] = ['FRAME', 'CORE', 'DELTA', 'FACTOR'];

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <SelectArrayInput key="states" source="states" label="resources.runs.filters.states" choices={jobStateChoices} />,
  <ReferenceFilter
    key="strategies"
    source="strategies"
    reference="strategies"
    label="resources.runs.filters.strategies"
    text="title"
    value="key"
  />,
  <ReferenceFilter
    key="adapters"
    source="adapters"
    reference="adapters"
    label="resources.runs.fields.adapters"
    text="name"
  />,
  <SelectArrayInput
    key="spaces"
    source="spaces"
    label="resources.runs.filters.spaces"
    choices={SPACES.map((id) => ({ id, name: `crucible.space.${id}` }))}
  />,
  <BooleanInput key="inSweep" source="inSweep" label="resources.runs.filters.inSweep" />,
];

const Column = DataTable.Col<RunRow>;

export default function RunList() {
  const format = useFormat();
  const nameOf = useRunName();
  const translate = useTranslate();
  return (
    <List
      actions={<ListActions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<RunRow>
        bulkActionButtons={<RunActions />}
        narrow={['name', 'state', 'meanScore', 'worstScore']}
        hiddenColumns={['seed', 'took']}
      >
        <Column
          source="name"
          disableSort
          render={(run) => (
            <NameLink to="runs" id={run.id}>
              {nameOf(run)}
            </NameLink>
          )}
        />
        <Column
          source="state"
          render={({ state, progress }) => <StateChip state={state} share={shareOf(progress)} />}
        />
        <Column source="strategy" disableSort render={(run) => run.strategy.title} />
        <Column source="space" render={(run) => translate(`crucible.space.${run.space}`)} />
        <Column source="meanScore" disableSort align="right" render={(run) => format.percent(run.meanScore)} />
        <Column source="worstScore" disableSort align="right" render={(run) => format.percent(run.worstScore)} />
        <Column source="adapters" disableSort align="right" render={(run) => run.members.length} />
        <Column source="seed" align="right" />
        <Column source="createdAt" render={(run) => format.moment(run.createdAt)} />
        <Column
          source="took"
          disableSort
          align="right"
          render={(run) => format.seconds(secondsBetween(run.startedAt, run.finishedAt))}
        />
      </RecordTable>
    </List>
  );
}
