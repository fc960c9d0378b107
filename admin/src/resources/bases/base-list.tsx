import { DataTable, List, SearchInput } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import { useFormat } from '../../fields/use-format';
import type { BaseRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';

const filters = [<SearchInput key="q" source="q" alwaysOn />];
const Column = DataTable.Col<BaseRow>;

export default function BaseList() {
  const format = useFormat();
  return (
    <List
      actions={<ListActions filterable={false} />}
      filters={filters}
      sort={{ field: 'name', order: 'ASC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<BaseRow> narrow={['name', 'size']} bulkActionButtons={false}>
        <Column
          source="name"
          render={({ id, name }) => (
            <NameLink to="bases" id={id}>
              {name}
            </NameLink>
          )}
        />
        <Column source="architecture" disableSort />
        <Column
          source="parameters"
          disableSort
          align="right"
          render={(base) => format.number(Number(base.parameterCount), 12)}
        />
        <Column source="size" disableSort align="right" render={({ sizeBytes }) => format.bytes(sizeBytes)} />
        <Column source="createdAt" render={({ createdAt }) => format.moment(createdAt)} />
      </RecordTable>
    </List>
  );
}
