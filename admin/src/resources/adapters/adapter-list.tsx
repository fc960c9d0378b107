import {
  ColumnsButton,
  DataTable,
  ExportButton,
  FilterButton,
  List,
  SearchInput,
  SelectArrayInput,
  TopToolbar,
  useLocaleState,
  useTranslate,
} from 'react-admin';
import { formatBytes, formatMoment } from '../../fields/format';
import { NameLink } from '../../fields/name-link';
import type { Origin } from '../../graphql/generated/graphql';
import type { AdapterRow } from '../../provider/row-types';

const ORIGINS: readonly Origin[] = ['IMPORTED', 'TRAINED', 'FUSED'];

const filters = [
  <SearchInput key="q" source="q" alwaysOn />,
  <SelectArrayInput
    key="origins"
    source="origins"
    label="resources.adapters.filters.origins"
    choices={ORIGINS.map((id) => ({ id, name: `crucible.origin.${id}` }))}
  />,
];

const Actions = () => (
  <TopToolbar>
    <FilterButton />
    <ColumnsButton />
    <ExportButton />
  </TopToolbar>
);

const Column = DataTable.Col<AdapterRow>;

export default function AdapterList() {
  const [locale] = useLocaleState();
  const translate = useTranslate();
  return (
    <List
      actions={<Actions />}
      filters={filters}
      sort={{ field: 'createdAt', order: 'DESC' }}
      perPage={25}
      empty={false}
    >
      <DataTable<AdapterRow> rowClick={false} size="small">
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
        <Column source="base" disableSort render={(adapter) => adapter.base.name} />
        <Column source="size" align="right" render={(adapter) => formatBytes(adapter.sizeBytes, locale)} />
        <Column source="createdAt" render={(adapter) => formatMoment(adapter.createdAt, locale)} />
      </DataTable>
    </List>
  );
}
