/** What is wrong with one option, and where it stands: `['density']`, `['perAdapter', 2]`; `[]` is the whole object. */
export interface OptionIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
