import type { OptionDescription } from './option-description';
import type { Entry } from './option-state';

export interface OptionEntryProps {
  readonly option: OptionDescription;
  /** Path of the field as the API names it. */
  readonly path: string;
  readonly entry: Entry | undefined;
  readonly onChange: (entry: Entry) => void;
}
