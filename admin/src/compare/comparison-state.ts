/** What a cell shows: the score, its difference from the reference in points, or its share of the reference. */
export type View = 'score' | 'difference' | 'share';
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
}

const KINDS: Readonly<Record<string, SubjectKind>> = { r: 'run', a: 'adapter', b: 'base' };
const LETTERS: Readonly<Record<SubjectKind, string>> = { run: 'r', adapter: 'a', base: 'b' };
/** 128 bits of a UUID as 22 letters of an address, so that ten runs make a link that can be sent. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export const initialState: ComparisonState = {
  subjects: [],
  tasks: [],
  against: 'SPECIALIST',
  view: 'score',
  split: 'TEST',
  sort: '-mean',
};

export function shortenId(id: string): string {
  let number = BigInt(`0x${id.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < 22; i += 1) {
    text = ALPHABET[Number(number & 63n)]! + text;
    number >>= 6n;
  }
  return text;
}

/** Undefined for what `shortenId` never wrote. */
export function expandId(text: string): string | undefined {
  if (text.length !== 22) return undefined;
  let number = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    number = (number << 6n) | BigInt(digit);
  }
  const hex = number.toString(16).padStart(32, '0');
  return hex.length > 32 ? undefined : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

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
  };
}

/** The whole state as an address; what is as it is by itself is left out. */
export function writeState(state: ComparisonState): URLSearchParams {
  const search = new URLSearchParams();
  const { subjects, tasks, against, view, split, sort } = state;
  if (subjects.length > 0) search.set('of', subjects.map(writeSubject).join('.'));
  if (tasks.length > 0) search.set('on', tasks.map(shortenId).join('.'));
  if (against !== 'SPECIALIST') search.set('against', against === 'BASE' ? 'base' : writeSubject(against));
  if (view !== initialState.view) search.set('view', view);
  if (split !== initialState.split) search.set('split', split);
  if (sort !== initialState.sort) search.set('sort', sort);
  return search;
}
