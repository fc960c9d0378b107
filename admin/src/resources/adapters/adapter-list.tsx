import { BulkDeleteButton, DataTable, List, SearchInput, SelectArrayInput, useTranslate } from 'react-admin';
import { CompareButton } from '../../actions/compare-button';
import { FuseButton } from '../../actions/fuse-button';
import { useFormat } from '../../fields/use-format';
import { NameLink } from '../../fields/name-link';
import type { Origin } from '../../graphql/generated/graphql';
import { ListActions } from '../../tables/list-actions';
import { ReferenceFilter } from '../../tables/reference-filter';
import { RecordTable } from '../../tables/record-table';
import type { AdapterRow } from '../../provider/row-types';

const ORIGINS: readonly Origin[] = ['IMPORTED', 'TRAINED', 'FUSED', 'EXTRACTED'];

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <SelectArrayInput
    key="origins"
    source="origins"
    label="resources.adapters.filters.origins"
    choices={ORIGINS.map((id) => ({ id, name: `crucible.origin.${id}` }))}
  />,
  <ReferenceFilter key="tasks" source="tasks" reference="tasks" label="resources.adapters.fields.task" text="title" />,
  <ReferenceFilter key="base" one source="base" reference="bases" label="resources.adapters.fields.base" text="name" />,
  <ReferenceFilter
    key="frame"
    one
    source="frame"
    reference="frames"
    label="resources.adapters.fields.frame"
    text="name"
  />,
];

const Column = DataTable.Col<AdapterRow>;

export default function AdapterList() {
  const format = useFormat();
  const translate = useTranslate();
  return (
    <List
      actions={<ListActions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<AdapterRow>
        narrow={['name', 'task', 'method']}
        bulkActionButtons={
          <>
            <FuseButton />
            <CompareButton kind="adapter" />
            <BulkDeleteButton mutationMode="pessimistic" />
          </>
        }
      >
        <Column
          source="name"
          render={(adapter) => (
            <NameLink to="adapters" id={adapter.id}>
              {adapter.name}
            </NameLink>
          )}
        />
        <Column
          source="task"
          disableSort
          render={({ task }) =>
            task ? (
              <NameLink to="tasks" id={task.id}>
                {task.title}
              </NameLink>
            ) : (
              '–'
            )
          }
        />
        <Column source="method" />
        <Column source="rank" align="right" />
        <Column source="origin" disableSort render={(adapter) => translate(`crucible.origin.${adapter.origin}`)} />
        <Column
          source="base"
          disableSort
          render={({ base }) => (
            <NameLink to="bases" id={base.id}>
              {base.name}
            </NameLink>
          )}
        />
        <Column source="size" align="right" render={(adapter) => format.bytes(adapter.sizeBytes)} />
        <Column source="createdAt" render={(adapter) => format.moment(adapter.createdAt)} />
      </RecordTable>
    </List>
  );
}
