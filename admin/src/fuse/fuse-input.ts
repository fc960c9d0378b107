import type { FuseInput, SweepInput } from '../graphql/generated/graphql';
import type { FuseState } from './fuse-state';
import { optionsToInput, type FindStrategy, type WrongByPath } from './options-to-input';
import { parseNumber, type Wrong } from './parse-entry';
import { readSweep } from './sweep-values';

/** What would be sent, and what of it cannot be sent yet, by the paths that the API uses. */
export interface FuseDraft {
  /** Of one fusion; of a sweep, its first point. */
  readonly input: FuseInput;
  /** All points of the sweep, and how many they are; none where one fusion is asked for. */
  readonly sweep: { readonly input: SweepInput; readonly size: number } | undefined;
  readonly wrong: WrongByPath;
}

/** The form as the input of `planFusion` and `fuse`; what was left empty is left out. */
export function toFuseInput(state: FuseState, find: FindStrategy): FuseDraft {
  const options = optionsToInput(state.strategy, find);
  const wrong = new Map<string, Wrong>(options.wrong);
  const read = (path: string, text: string, whole: boolean): number | undefined => {
    if (text.trim() === '') return undefined;
    const value = parseNumber(text);
    if (value === undefined) wrong.set(path, { key: 'number', values: { text } });
    else if (whole && !Number.isSafeInteger(value)) wrong.set(path, { key: 'whole', values: { text } });
    else return value;
    return undefined;
  };
  const adapters = state.members.map(({ adapter: { id }, weight }, index) => ({
    id,
    ...given('weight', read(`adapters.${index}.weight`, weight, false)),
  }));
  const { key } = state.strategy;
  const swept = state.sweep ? readSweep(state.sweep, find(key)) : undefined;
  for (const [path, problem] of swept?.wrong ?? []) wrong.set(path, problem);
  const firsts = Object.fromEntries(Object.entries(swept?.axes ?? {}).map(([name, values]) => [name, values[0]]));
  // The strategies are those of the server, not of the schema that the console was built with: their options are checked by what it says of them.
  const strategy: unknown = { [key]: { ...options.value, ...firsts } };
  const shared = {
    adapters,
    ...given('name', state.name.trim() || undefined),
    ...given('space', state.space || undefined),
    ...given('outputRank', read('outputRank', state.outputRank, true)),
    ...given('seed', read('seed', state.seed, true)),
    ...given('evaluateOn', state.evaluateOn === 'own' ? undefined : state.evaluateOn),
  };
  const input = {
    ...shared,
    strategy: strategy as FuseInput['strategy'],
    // A sweep chooses on validation, and reports on test by itself.
    evaluationSplit: swept ? ('VALIDATION' as const) : state.evaluationSplit,
  };
  const grid: unknown = swept && { [key]: swept.axes };
  const others = Object.fromEntries(Object.entries(options.value).filter(([name]) => !(name in firsts)));
  const sharedOptions: unknown = { [key]: others };
  const sweep = swept && {
    input: {
      ...shared,
      grid: grid as SweepInput['grid'],
      strategy: sharedOptions as SweepInput['strategy'],
    },
    size: swept.size,
  };
  return { input, sweep, wrong };
}

const given = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Readonly<Record<Name, Value>> | Record<never, never> =>
  value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
