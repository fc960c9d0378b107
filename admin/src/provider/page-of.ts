import type { GetListParams, SortPayload } from 'react-admin';

/** react-admin counts pages from 1; the API skips items. */
export function pageOf({ pagination }: Pick<GetListParams, 'pagination'>): {
  readonly limit: number;
  readonly offset: number;
} {
  const { page, perPage } = pagination ?? { page: 1, perPage: 25 };
  return { limit: perPage, offset: (page - 1) * perPage };
}

/** A sort by a field that the API has; `createdAt` is `CREATED_AT`. */
export function orderOf<Field extends string>(
  sort: SortPayload | undefined,
  fields: readonly Field[],
): { readonly field: Field; readonly direction: 'ASC' | 'DESC' } | undefined {
  const wanted = sort?.field.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  const field = fields.find((name) => name === wanted);
  return field && { field, direction: sort?.order === 'ASC' ? 'ASC' : 'DESC' };
}
