import { BulkDeleteButton, DataTable, List, SelectArrayInput, SelectInput, useTranslate } from 'react-admin';
import { JobActions } from '../../actions/job-actions';
import { NONE, secondsBetween } from '../../fields/format';
import { jobStateChoices } from '../../fields/job-states';
import { NameLink } from '../../fields/name-link';
import { shareOf } from '../../fields/share-of';
import { StateChip } from '../../fields/state-chip';
import { useFormat } from '../../fields/use-format';
import type { Split } from '../../graphql/generated/graphql';
import type { EvaluationRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { ReferenceFilter } from '../../tables/reference-filter';
import { RecordTable } from '../../tables/record-table';
import { useRunName } from '../runs/run-name';

const SPLITS: readonly Split[] = ['TEST', 'VALIDATION', 'TRAIN'];

const filters = [
  <SelectArrayInput
    key="states"
    source="states"
    label="resources.evaluations.filters.states"
    choices={jobStateChoices}
  />,
  <SelectInput
    key="split"
    source="split"
    label="resources.evaluations.filters.split"
    choices={SPLITS.map((id) => ({ id, name: `crucible.split.${id}` }))}
  />,
  <ReferenceFilter
    key="tasks"
    source="tasks"
    reference="tasks"
    label="resources.evaluations.filters.tasks"
    text="title"
  />,
  <ReferenceFilter
    key="adapters"
    source="adapters"
    reference="adapters"
    label="resources.evaluations.filters.adapters"
    text="name"
  />,
];
const Column = DataTable.Col<EvaluationRow>;

/** Which model was scored on which task, and what it got. */
export default function EvaluationList() {
  const translate = useTranslate();
  const format = useFormat();
  const runName = useRunName();
  return (
    <List
      actions={<ListActions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<EvaluationRow>
        narrow={['model', 'task', 'value']}
        bulkActionButtons={
          <>
            <JobActions />
            <BulkDeleteButton mutationMode="pessimistic" />
          </>
        }
        hiddenColumns={['base', 'took']}
      >
        <Column
          source="model"
          disableSort
          render={({ id, adapter, base }) => (
            <NameLink to="evaluations" id={id}>
              {adapter?.name ?? base.name}
            </NameLink>
          )}
        />
        <Column
          source="task"
          disableSort
          render={({ task }) => (
            <NameLink to="tasks" id={task.id}>
              {task.title}
            </NameLink>
          )}
        />
        <Column source="split" disableSort render={({ split }) => translate(`crucible.split.${split}`)} />
        <Column
          source="state"
          render={({ state, progress }) => <StateChip state={state} share={shareOf(progress)} />}
        />
        <Column
          source="value"
          disableSort
          align="right"
          render={({ score }) => (score ? format.score(score.value, score.metric) : NONE)}
        />
        <Column
          source="interval"
          disableSort
          align="right"
          render={({ score }) =>
            score
              ? `${format.score(score.interval.low, score.metric)} – ${format.score(score.interval.high, score.metric)}`
              : ''
          }
        />
        <Column source="n" disableSort align="right" render={({ score }) => score?.n ?? ''} />
        <Column
          source="run"
          disableSort
          render={({ run }) =>
            run ? (
              <NameLink to="runs" id={run.id}>
                {runName(run)}
              </NameLink>
            ) : (
              '–'
            )
          }
        />
        <Column source="base" disableSort render={({ base }) => base.name} />
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
