import type { FuseInput } from '../graphql/generated/graphql';
import type { FuseState } from './fuse-state';
import { optionsToInput, type FindStrategy, type WrongByPath } from './options-to-input';
import { parseNumber, type Wrong } from './parse-entry';

/** What would be sent, and what of it cannot be sent yet, by the paths that the API uses. */
export interface FuseDraft {
  readonly input: FuseInput;
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
  const strategy: unknown = { [state.strategy.key]: options.value };
  const input = {
    adapters,
    // The strategies are those of the server, not of the schema that the console was built with: their options are checked by what it says of them.
    strategy: strategy as FuseInput['strategy'],
    ...given('name', state.name.trim() || undefined),
    ...given('space', state.space || undefined),
    ...given('outputRank', read('outputRank', state.outputRank, true)),
    ...given('seed', read('seed', state.seed, true)),
    ...given('evaluateOn', state.evaluateOn === 'own' ? undefined : state.evaluateOn),
    evaluationSplit: state.evaluationSplit,
  };
  return { input, wrong };
}

const given = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Readonly<Record<Name, Value>> | Record<never, never> =>
  value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
