import { DataTable, List, SearchInput, useTranslate } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import { useFormat } from '../../fields/use-format';
import type { TaskRow } from '../../provider/row-types';
import { ListActions } from '../../tables/list-actions';
import { RecordTable } from '../../tables/record-table';

const filters = [<SearchInput key="q" source="q" alwaysOn />];
const Column = DataTable.Col<TaskRow>;

export default function TaskList() {
  const format = useFormat();
  const translate = useTranslate();
  return (
    <List
      actions={<ListActions filterable={false} />}
      filters={filters}
      sort={{ field: 'title', order: 'ASC' }}
      perPage={25}
      empty={false}
    >
      <RecordTable<TaskRow> narrow={['title', 'classes', 'test']} bulkActionButtons={false}>
        <Column
          source="title"
          render={({ id, title }) => (
            <NameLink to="tasks" id={id}>
              {title}
            </NameLink>
          )}
        />
        <Column source="name" />
        <Column source="metric" disableSort render={({ metric }) => translate(`crucible.metric.${metric}`)} />
        <Column source="classes" disableSort align="right" render={({ classes }) => classes.length} />
        <Column source="train" disableSort align="right" render={({ counts }) => counts.train} />
        <Column source="validation" disableSort align="right" render={({ counts }) => counts.validation} />
        <Column source="test" disableSort align="right" render={({ counts }) => counts.test} />
        <Column source="licence" disableSort />
        <Column source="createdAt" render={({ createdAt }) => format.moment(createdAt)} />
      </RecordTable>
    </List>
  );
}
