import { defineError } from '@crucible/engine/errors';

/** What the API itself refuses: requests that ask too much, and plugins whose names do not fit into the schema. */
export const apiErrors = {
  pluginNameTaken: defineError({
    code: 'API_PLUGIN_NAME_TAKEN',
    summary: 'A plugin would give a GraphQL type a name that is already taken.',
    remedy: 'Rename the strategy or the option in the plugin, or remove one of the two plugins.',
    message: (d: { kind: string; name: string; holder: string }) =>
      `the ${d.kind} "${d.name}" is already taken by ${d.holder}; rename the strategy or the option`,
  }),
  pluginNameInvalid: defineError({
    code: 'API_PLUGIN_NAME_INVALID',
    summary: 'A plugin would give a GraphQL type, field or enum value a name that GraphQL does not allow.',
    remedy:
      'Rename it in the plugin: letters, digits and underscores, not starting with a digit or with two underscores.',
    message: (d: { name: string; problem: string }) => `"${d.name}" cannot be a GraphQL name: ${d.problem}`,
  }),
  queryTooDeep: defineError({
    code: 'QUERY_TOO_DEEP',
    summary: 'A request selects fields inside fields to too many levels.',
    remedy: 'Ask for fewer levels, and for the rest by `node(id:)` in another request.',
    message: (d: { depth: number; limit: number }) =>
      `the query is ${d.depth} levels deep and ${d.limit} are allowed; ask for the rest by node(id:) in another request`,
  }),
  tooManyAliases: defineError({
    code: 'QUERY_TOO_MANY_ALIASES',
    summary: 'A request renames too many fields.',
    remedy: 'Send several requests, or use the list fields with a filter.',
    message: (d: { aliases: number; limit: number }) =>
      `the query has ${d.aliases} aliases and ${d.limit} are allowed; send several requests, or use a list field with a filter`,
  }),
  queryTooCostly: defineError({
    code: 'QUERY_TOO_COSTLY',
    summary: 'A request could return too many objects.',
    remedy: 'Ask for smaller pages (`first:`) or for fewer lists inside lists.',
    message: (d: { cost: number; limit: number }) =>
      `the query could return ${d.cost} objects and ${d.limit} are allowed; ask for smaller pages (first:) or for fewer lists inside lists`,
  }),
  invalidId: defineError({
    code: 'INVALID_ID',
    summary: 'An id is not one that this API hands out.',
    remedy: 'Take ids from the answers of the API, as they are.',
    message: (d: { id: string; expected: string }) =>
      `"${d.id}" is not the id of ${d.expected}; take ids from the API's answers as they are`,
  }),
  invalidPage: defineError({
    code: 'INVALID_PAGE',
    summary: 'The arguments of a page contradict each other, are out of range, or hold a cursor of another list.',
    remedy: 'Give `first` and `after`, or `page: { offset limit }`, within the limits of the field.',
    message: (d: { problem: string }) => `${d.problem}`,
  }),
} as const;
