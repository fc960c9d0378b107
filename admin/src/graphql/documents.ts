/** `graphql` types a document by its text; what it gives goes to `request` and `subscribe`. */
export { graphql } from './generated';
export type { TypedDocumentString } from './generated/graphql';
