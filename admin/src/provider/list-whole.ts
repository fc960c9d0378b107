import type { GetListResult, RaRecord } from 'react-admin';
import type { ListParams } from './resource-access';

/** Sorts, searches and pages what the API gives as a whole, such as the installed plugins: `q` is looked for in the texts of a row. */
export function listWhole<Row extends RaRecord<string>>(rows: readonly Row[], params: ListParams): GetListResult<Row> {
  const { page, perPage } = params.pagination ?? { page: 1, perPage: 25 };
  const { q = '', ...fields } = params.filter as Readonly<Record<string, unknown>> & { readonly q?: string };
  const wanted = q.trim().toLowerCase();
  const found = rows.filter(
    (row) =>
      Object.values(row).some((value) => typeof value === 'string' && value.toLowerCase().includes(wanted)) &&
      Object.entries(fields).every(([name, values]) => !Array.isArray(values) || values.includes(row[name])),
  );
  const { field, order } = params.sort ?? { field: 'id', order: 'ASC' };
  const sign = order === 'DESC' ? -1 : 1;
  const sorted = found.toSorted((a, b) => sign * String(a[field] ?? '').localeCompare(String(b[field] ?? '')));
  return { data: sorted.slice((page - 1) * perPage, page * perPage), total: found.length };
}
