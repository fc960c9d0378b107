/** Name of this package. */
export const packageName = '@crucible/compress-then-merge';
