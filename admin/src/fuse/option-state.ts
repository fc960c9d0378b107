import type { OptionDescription } from './option-description';

/** What was typed into one field: a text (empty: left out), the fields of an object, or the rows of a table. */
export type Entry = string | Fields | readonly Fields[];

export interface Fields {
  readonly [name: string]: Entry;
}

/** A strategy with what was typed for its options; of a wrapper also the strategy that it wraps, or none: its default. */
export interface StrategyState {
  readonly key: string;
  readonly options: Fields;
  readonly rule: StrategyState | null;
}

/** A strategy with every option left to its default. */
export const emptyStrategy = (key: string): StrategyState => ({ key, options: {}, rule: null });

export const textOf = (entry: Entry | undefined): string => (typeof entry === 'string' ? entry : '');

export const rowsOf = (entry: Entry | undefined): readonly Fields[] => (isRows(entry) ? entry : []);

export const fieldsOf = (entry: Entry | undefined): Fields =>
  entry !== undefined && typeof entry !== 'string' && !isRows(entry) ? entry : {};

// `Array.isArray` does not narrow readonly arrays.
const isRows = (entry: Entry | undefined): entry is readonly Fields[] => Array.isArray(entry);

/** Whether an option is a table: a list of objects, such as schedules. */
export const isTable = ({ type, itemType }: OptionDescription): boolean => type === 'LIST' && itemType === 'OBJECT';
