import { readRanges, writeRanges, type Ranges } from './ranges';
import { expandId, shortenId } from './short-id';

/** What a cell shows: the score, its difference from the reference in points, or its share of the reference. */
export type View = 'score' | 'difference' | 'share';
export type ChartKind = 'pareto' | 'tasks' | 'parallel' | 'none';
export type SubjectKind = 'run' | 'adapter' | 'base';

export interface SubjectKey {
  readonly kind: SubjectKind;
  readonly id: string;
}

export interface ComparisonState {
  /** None: what the page takes by itself. */
  readonly subjects: readonly SubjectKey[];
  readonly tasks: readonly string[];
  readonly against: 'SPECIALIST' | 'BASE' | SubjectKey;
  readonly view: View;
  readonly split: 'TEST' | 'VALIDATION';
  /** `mean`, `worst`, `name`, or the id of a task; descending with a minus before it. */
  readonly sort: string;
  readonly chart: ChartKind;
  /** Tasks on the axes of the chart of two tasks; empty: the first ones. */
  readonly x: string;
  readonly y: string;
  /** Rows within these are shown; of the view, so another view has none. */
  readonly ranges: Ranges;
}

const KINDS: Readonly<Record<string, SubjectKind>> = { r: 'run', a: 'adapter', b: 'base' };
const LETTERS: Readonly<Record<SubjectKind, string>> = { run: 'r', adapter: 'a', base: 'b' };

export const initialState: ComparisonState = {
  subjects: [],
  tasks: [],
  against: 'SPECIALIST',
  view: 'score',
  split: 'TEST',
  sort: '-mean',
  chart: 'pareto',
  x: '',
  y: '',
  ranges: {},
};

const writeSubject = ({ kind, id }: SubjectKey): string => LETTERS[kind] + shortenId(id);

function readSubject(text: string): SubjectKey | undefined {
  const kind = KINDS[text[0] ?? ''];
  const id = expandId(text.slice(1));
  return kind && id ? { kind, id } : undefined;
}

const readList = <T>(text: string | null, read: (part: string) => T | undefined): T[] =>
  (text ?? '').split('.').flatMap((part) => read(part) ?? []);

const oneOf = <T extends string>(text: string | null, known: readonly T[], fallback: T): T =>
  known.find((value) => value === text) ?? fallback;

/** The inverse of `writeState`. What an address says wrongly is what it does not say. */
export function readState(search: URLSearchParams): ComparisonState {
  const against = search.get('against') ?? '';
  return {
    subjects: readList(search.get('of'), readSubject),
    tasks: readList(search.get('on'), expandId),
    against: against === 'base' ? 'BASE' : (readSubject(against) ?? 'SPECIALIST'),
    view: oneOf(search.get('view'), ['score', 'difference', 'share'], initialState.view),
    split: oneOf(search.get('split'), ['TEST', 'VALIDATION'], initialState.split),
    sort: search.get('sort') ?? initialState.sort,
    chart: oneOf(search.get('chart'), ['pareto', 'tasks', 'parallel', 'none'], initialState.chart),
    x: expandId(search.get('x') ?? '') ?? '',
    y: expandId(search.get('y') ?? '') ?? '',
    ranges: readRanges(search.get('within')),
  };
}

/** The state with a part changed. Ranges are figures of one view and mean nothing in another. */
export function changeState(state: ComparisonState, part: Partial<ComparisonState>): ComparisonState {
  const ranges = part.ranges ?? (part.view && part.view !== state.view ? {} : state.ranges);
  return { ...state, ...part, ranges };
}

/** The whole state as an address; what is as it is by itself is left out. */
export function writeState(state: ComparisonState): URLSearchParams {
  const search = new URLSearchParams();
  const { subjects, tasks, against, view, split, sort, chart, x, y, ranges } = state;
  if (subjects.length > 0) search.set('of', subjects.map(writeSubject).join('.'));
  if (tasks.length > 0) search.set('on', tasks.map(shortenId).join('.'));
  if (against !== 'SPECIALIST') search.set('against', against === 'BASE' ? 'base' : writeSubject(against));
  if (view !== initialState.view) search.set('view', view);
  if (split !== initialState.split) search.set('split', split);
  if (sort !== initialState.sort) search.set('sort', sort);
  if (chart !== initialState.chart) search.set('chart', chart);
  if (x) search.set('x', shortenId(x));
  if (y) search.set('y', shortenId(y));
  const within = writeRanges(ranges);
  if (within) search.set('within', within);
  return search;
}
