/** Where something stands in the YAML: line and column count from 1. */
export interface Place {
  readonly path: readonly string[];
  readonly line: number;
  readonly column: number;
}

/**
 * What became of one thing that a configuration says.
 *
 * - `REFUSED`: it asks for something that is not done here; no fusion is made of this configuration.
 * - `CHANGED`: taken, with a difference that the message states.
 * - `IGNORED`: without effect on the result here, for the reason given.
 */
export interface Finding extends Place {
  readonly severity: 'REFUSED' | 'CHANGED' | 'IGNORED';
  readonly message: string;
}
