import {
  BooleanInput,
  ColumnsButton,
  DataTable,
  ExportButton,
  FilterButton,
  List,
  SearchInput,
  SelectArrayInput,
  TopToolbar,
  useLocaleState,
} from 'react-admin';
import { formatMoment, formatPercent, formatSeconds, secondsBetween } from '../../fields/format';
import { NameLink } from '../../fields/name-link';
import { StateChip } from '../../fields/state-chip';
import type { FusionSpace, RunState } from '../../graphql/generated/graphql';
import type { RunRow } from '../../provider/row-types';
import { useRunName } from './run-name';

const STATES: readonly RunState[] = ['QUEUED', 'RUNNING', 'SCORING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];
const SPACES: readonly FusionSpace[] = ['FRAME', 'CORE', 'DELTA', 'FACTOR'];

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <SelectArrayInput
    key="states"
    source="states"
    label="resources.runs.filters.states"
    choices={STATES.map((id) => ({ id, name: `crucible.state.${id}` }))}
  />,
  <SelectArrayInput
    key="spaces"
    source="spaces"
    label="resources.runs.filters.spaces"
    choices={SPACES.map((id) => ({ id, name: id }))}
    translateChoice={false}
  />,
  <BooleanInput key="inSweep" source="inSweep" label="resources.runs.filters.inSweep" />,
];

const Actions = () => (
  <TopToolbar>
    <FilterButton />
    <ColumnsButton />
    <ExportButton />
  </TopToolbar>
);

const Column = DataTable.Col<RunRow>;

export default function RunList() {
  const [locale] = useLocaleState();
  const nameOf = useRunName();
  return (
    <List
      actions={<Actions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <DataTable<RunRow> rowClick={false} size="small">
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
          render={({ state, progress }) => (
            <StateChip
              state={state}
              share={progress && progress.total > 0 ? progress.done / progress.total : undefined}
            />
          )}
        />
        <Column source="strategy" disableSort render={(run) => run.strategy.title} />
        <Column source="space" />
        <Column source="meanScore" disableSort align="right" render={(run) => formatPercent(run.meanScore, locale)} />
        <Column source="worstScore" disableSort align="right" render={(run) => formatPercent(run.worstScore, locale)} />
        <Column source="adapters" disableSort align="right" render={(run) => run.members.length} />
        <Column source="seed" align="right" />
        <Column source="createdAt" render={(run) => formatMoment(run.createdAt, locale)} />
        <Column
          source="took"
          disableSort
          align="right"
          render={(run) => formatSeconds(secondsBetween(run.startedAt, run.finishedAt), locale)}
        />
      </DataTable>
    </List>
  );
}
