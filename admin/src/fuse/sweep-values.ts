import type { OptionDescription, StrategyForm } from './option-description';
import { parseScalar, splitItems, type Wrong } from './parse-entry';

/** What was typed as values to try, by option; an option without any stays as the form has it. */
export type SweepTexts = Readonly<Record<string, string>>;

export interface SweepAxes {
  /** Values to try, by option, in the order of the options. */
  readonly axes: Readonly<Record<string, readonly unknown[]>>;
  /** Points of the grid. */
  readonly size: number;
  readonly wrong: ReadonlyMap<string, Wrong>;
}

const SWEPT: readonly OptionDescription['type'][] = ['FLOAT', 'INT', 'ENUM', 'BOOLEAN'];

/** Options that values can be tried for: those that have one value each. */
export const sweptOptions = (strategy: Pick<StrategyForm, 'options'> | undefined): readonly OptionDescription[] =>
  (strategy?.options ?? []).filter(({ type }) => SWEPT.includes(type));

/** The values of a sweep; what cannot be read is told at `sweep.<option>`. The same value twice is one. */
export function readSweep(texts: SweepTexts, strategy: StrategyForm | undefined): SweepAxes {
  const axes: Record<string, readonly unknown[]> = {};
  const wrong = new Map<string, Wrong>();
  for (const option of sweptOptions(strategy)) {
    const values = new Set<unknown>();
    for (const item of splitItems(texts[option.name] ?? '')) {
      const parsed = parseScalar(item, option.type, option);
      if ('wrong' in parsed) wrong.set(`sweep.${option.name}`, parsed.wrong);
      else values.add(parsed.value);
    }
    if (values.size > 0) axes[option.name] = [...values];
  }
  const size = Object.values(axes).reduce((product, values) => product * values.length, 1);
  return { axes, size: Object.keys(axes).length === 0 ? 0 : size, wrong };
}

/** More values than a grid can have points are not written out. */
const MOST_VALUES = 200;
/** A step of 0.1 is meant as 0.1, 0.2, 0.3: what binary fractions add to it is rounded away. */
const DIGITS = 12;

/** `count` values from one bound to the other, at even distances, or at even ratios; whole where the option is, each once. */
export function valuesBetween(
  from: number,
  to: number,
  count: number,
  { whole = false, ratios = false }: { readonly whole?: boolean; readonly ratios?: boolean } = {},
): readonly number[] {
  const least = Math.min(Math.max(2, Math.floor(count)), MOST_VALUES);
  const isRatio = ratios && from > 0 && to > 0;
  const values = Array.from({ length: least }, (_, index) => {
    const share = index / (least - 1);
    const value = isRatio ? from * (to / from) ** share : from + (to - from) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  });
  return [...new Set(values)];
}
