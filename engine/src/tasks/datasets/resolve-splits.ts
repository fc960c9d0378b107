import { createKeyedRandom } from '../../random/index.js';
import { SPLITS, type Split } from '../task.js';
import { datasetErrors } from './errors.js';

/** Where the examples of a split come from. */
export type SplitSource<Files> =
  | { readonly kind: 'FILES'; readonly files: Files }
  /** Some examples of another split, chosen at random by the seed; they leave it. */
  | { readonly kind: 'CARVED'; readonly from: Split; readonly examples: number; readonly seed?: number }
  /** No examples: only `train` may be so. */
  | { readonly kind: 'NONE' };

export type SplitSources<Files> = Readonly<Record<Split, SplitSource<Files>>>;

/** REFUSE: an example in two splits is an error. DROP: it stays in the later of train, validation, test alone. */
export const DUPLICATE_RULES = ['REFUSE', 'DROP'] as const;
export type DuplicateRule = (typeof DUPLICATE_RULES)[number];

export interface ResolvedSplits {
  /** Positions among the examples that were read for a split. */
  readonly positions: Readonly<Record<Split, { readonly from: Split; readonly at: Uint32Array }>>;
  /** Examples that were dropped, since a later split has them too. */
  readonly dropped: number;
}

/**
 * Which of the examples that were read belong to which split. Examples that are copies of one another are carved together or not at all, so that no carved split shares an
 * example with the one that it was carved from; hence a few more or fewer may be carved than asked for, where copies are many.
 *
 * @param hashes what tells examples apart, by the split whose files they were read from
 * @throws DATASET_SPLITS_UNRESOLVED
 */
export function resolveSplits(
  sources: SplitSources<unknown>,
  hashes: Readonly<Partial<Record<Split, readonly string[]>>>,
  duplicates: DuplicateRule,
): ResolvedSplits {
  const left = new Map<Split, readonly number[]>();
  for (const split of SPLITS)
    left.set(
      split,
      Array.from(hashes[split] ?? [], (_, i) => i),
    );
  const carved = new Map<Split, { readonly from: Split; readonly at: readonly number[] }>();
  for (const split of SPLITS) {
    const source = sources[split];
    const fail = (rule: string) => datasetErrors.splitsUnresolved({ split, rule });
    if (source.kind === 'NONE' && split !== 'train') throw fail('only train may have no examples');
    if (source.kind !== 'CARVED') continue;
    const { from, examples, seed = 0 } = source;
    if (from === split || sources[from].kind !== 'FILES') throw fail(`${from} is not read from files`);
    const have = left.get(from)!;
    if (!(Number.isSafeInteger(examples) && examples >= 1 && examples < have.length)) {
      throw fail(`${examples} examples were to be carved out of ${from}, which has ${have.length}`);
    }
    const chosen = chooseGroups(have, hashes[from]!, examples, ['carve', split], seed);
    if (chosen.size === have.length) throw fail(`all of ${from} are copies of one another`);
    carved.set(split, { from, at: have.filter((position) => chosen.has(position)) });
    left.set(
      from,
      have.filter((position) => !chosen.has(position)),
    );
  }
  const chosen = (split: Split) => carved.get(split) ?? { from: split, at: left.get(split)! };
  const kept = { train: chosen('train'), validation: chosen('validation'), test: chosen('test') };
  if (duplicates === 'REFUSE') return { positions: mapPositions(kept), dropped: 0 };
  return dropCopies(kept, hashes);
}

type Kept = Readonly<Record<Split, { readonly from: Split; readonly at: readonly number[] }>>;

function chooseGroups(
  positions: readonly number[],
  hashes: readonly string[],
  wanted: number,
  key: readonly string[],
  seed: number,
): ReadonlySet<number> {
  const groups = new Map<string, number[]>();
  for (const position of positions) {
    const hash = hashes[position]!;
    const group = groups.get(hash);
    if (group === undefined) groups.set(hash, [position]);
    else group.push(position);
  }
  const all = [...groups.values()];
  const chosen = new Set<number>();
  for (const index of createKeyedRandom(seed).permutation([...key], all.length)) {
    if (chosen.size >= wanted) break;
    for (const position of all[index]!) chosen.add(position);
  }
  return chosen;
}

function dropCopies(kept: Kept, hashes: Readonly<Partial<Record<Split, readonly string[]>>>): ResolvedSplits {
  const later = new Set<string>();
  let dropped = 0;
  const clean = (split: Split): Kept[Split] => {
    const { from, at } = kept[split];
    const hashOf = (position: number): string => hashes[from]![position]!;
    const mine = at.filter((position) => !later.has(hashOf(position)));
    dropped += at.length - mine.length;
    for (const position of mine) later.add(hashOf(position));
    return { from, at: mine };
  };
  const test = clean('test');
  const validation = clean('validation');
  return { positions: mapPositions({ train: clean('train'), validation, test }), dropped };
}

function mapPositions({ train, validation, test }: Kept): ResolvedSplits['positions'] {
  const fix = ({ from, at }: Kept[Split]) => ({ from, at: Uint32Array.from(at) });
  return { train: fix(train), validation: fix(validation), test: fix(test) };
}
