import { DataTable, List, SearchInput, useTranslate } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import type { PluginRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';

const filters = [<SearchInput key="q" source="q" alwaysOn />];
const Column = DataTable.Col<PluginRow>;

export default function PluginList() {
  const translate = useTranslate();
  return (
    <List
      actions={<ListActions filterable={false} />}
      filters={filters}
      sort={{ field: 'name', order: 'ASC' }}
      perPage={50}
      empty={false}
    >
      <RecordTable<PluginRow> narrow={['name', 'status']} bulkActionButtons={false}>
        <Column
          source="name"
          render={({ id, name }) => (
            <NameLink to="plugins" id={id}>
              {name}
            </NameLink>
          )}
        />
        <Column source="version" />
        <Column source="status" render={({ status }) => translate(`resources.plugins.status.${status}`)} />
        <Column
          source="strategies"
          disableSort
          render={({ strategies }) => strategies.map(({ title }) => title).join(', ')}
        />
        <Column source="licence" />
        <Column source="reason" disableSort render={({ problemMessage }) => problemMessage ?? ''} />
      </RecordTable>
    </List>
  );
}
