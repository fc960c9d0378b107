import { readRanges, writeRanges, type Ranges } from './ranges';
import { expandId, shortenId } from './short-id';

/** What a cell shows: the score, its difference from the reference in points, or its share of the reference. */
export type View = 'score' | 'difference' | 'share';
export type ChartKind = 'pareto' | 'tasks' | 'parallel' | 'radar' | 'similarity' | 'none';
/** Examples of a cell: those that flipped either way, one way, or did not. */
export type ShownExamples = 'flips' | 'won' | 'lost' | 'right' | 'wrong';
export type SubjectKind = 'run' | 'adapter' | 'base';

export interface SubjectKey {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** One figure of the matrix, whose examples are shown. */
export interface CellKey {
  readonly subject: SubjectKey;
  readonly task: string;
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
  readonly cell: CellKey | undefined;
  readonly examples: ShownExamples;
  /** How many of its examples are left out before those that are shown. */
  readonly skip: number;
  /** Whether runs that differ in their seed alone stand as one. */
  readonly seeds: boolean;
  /** Text that names or settings of rows contain. */
  readonly find: string;
  /** A stored analysis that is drawn; empty: none. */
  readonly analysis: string;
}

const CHARTS: readonly ChartKind[] = ['pareto', 'tasks', 'parallel', 'radar', 'similarity', 'none'];
const EXAMPLES: readonly ShownExamples[] = ['flips', 'won', 'lost', 'right', 'wrong'];

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
  cell: undefined,
  examples: 'flips',
  skip: 0,
  seeds: false,
  find: '',
  analysis: '',
};

const writeSubject = ({ kind, id }: SubjectKey): string => LETTERS[kind] + shortenId(id);

function readSubject(text: string): SubjectKey | undefined {
  const kind = KINDS[text[0] ?? ''];
  const id = expandId(text.slice(1));
  return kind && id ? { kind, id } : undefined;
}

/** As `cell` has it in an address. */
export const writeCell = ({ subject, task }: CellKey): string => `${writeSubject(subject)}.${shortenId(task)}`;

function readCell(text: string): CellKey | undefined {
  const [first = '', second = ''] = text.split('.');
  const [subject, task] = [readSubject(first), expandId(second)];
  return subject && task ? { subject, task } : undefined;
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
    chart: oneOf(search.get('chart'), CHARTS, initialState.chart),
    x: expandId(search.get('x') ?? '') ?? '',
    y: expandId(search.get('y') ?? '') ?? '',
    ranges: readRanges(search.get('within')),
    cell: readCell(search.get('cell') ?? ''),
    examples: oneOf(search.get('examples'), EXAMPLES, initialState.examples),
    skip: /^\d{1,7}$/.test(search.get('skip') ?? '') ? Number(search.get('skip')) : 0,
    seeds: search.get('seeds') === 'mean',
    find: search.get('find') ?? '',
    analysis: expandId(search.get('analysis') ?? '') ?? '',
  };
}

/** The state with a part changed. Ranges are figures of one view and mean nothing in another; another choice of examples begins with the first. */
export function changeState(state: ComparisonState, part: Partial<ComparisonState>): ComparisonState {
  const ranges = part.ranges ?? (part.view && part.view !== state.view ? {} : state.ranges);
  const skip = part.skip ?? (part.cell || part.examples ? 0 : state.skip);
  return { ...state, ...part, ranges, skip };
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
  if (state.seeds) search.set('seeds', 'mean');
  if (state.find) search.set('find', state.find);
  if (state.analysis) search.set('analysis', shortenId(state.analysis));
  if (state.examples !== initialState.examples) search.set('examples', state.examples);
  if (state.cell) search.set('cell', writeCell(state.cell));
  if (state.cell && state.skip > 0) search.set('skip', String(state.skip));
  return search;
}
