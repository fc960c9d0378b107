import type { Row } from './comparison-query';
import type { ShownRow } from './sort-rows';

/** What a row was made with, by name. */
const settingsOf = ({ settings }: Row): ReadonlyMap<string, string> =>
  new Map(settings.map(({ name, value }) => [name, value]));

export interface DifferingSetting {
  readonly name: string;
  /** Every value that occurs, in the order of the rows; undefined where a row has none. */
  readonly values: readonly (string | undefined)[];
}

/** Settings that are not the same for all rows, in the order in which they first occur. */
export function differingSettings(rows: readonly Row[]): readonly DifferingSetting[] {
  const all = rows.map(settingsOf);
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return names.flatMap((name) => {
    const values = [...new Set(all.map((settings) => settings.get(name)))];
    return values.length > 1 ? [{ name, values }] : [];
  });
}

/** Too long for a row of a table: they stand above it. */
const LONG = ['strategy', 'version', 'adapters'];
const SHOWN = 4;

/** Of each row the settings that set it apart, as one short text: `lambda 0.3 · seed 1`. */
export function labelRows(rows: readonly Row[]): readonly string[] {
  const names = differingSettings(rows).flatMap(({ name }) => (LONG.includes(name) ? [] : [name]));
  return rows.map((row) => {
    const settings = settingsOf(row);
    const own = names.filter((name) => settings.has(name));
    const said = own.slice(0, SHOWN).map((name) => `${name} ${settings.get(name)}`);
    return [...said, ...(own.length > SHOWN ? ['…'] : [])].join(' · ');
  });
}

/** Rows whose name or settings contain a text, in any case. */
export function findRows(rows: readonly ShownRow[], text: string): readonly ShownRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(
    ({ name, row }) =>
      name.toLowerCase().includes(wanted) ||
      row.settings.some((setting) => `${setting.name} ${setting.value}`.toLowerCase().includes(wanted)),
  );
}
