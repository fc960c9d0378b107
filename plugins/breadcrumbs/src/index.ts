/** Name of this package. */
export const packageName = '@crucible/breadcrumbs';
