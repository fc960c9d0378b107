import { IncompatibleAdapters, QuotaExceeded, type NotFound } from '../../services/index.js';
import { requestLimits } from '../limits/request-limits.js';
import { findMalformed } from './find-malformed.js';

/** What can be said of a fusion's adapters and tasks before any is looked up: how many, and whether their ids can be ids. */
export function checkMembers(input: {
  readonly adapters: readonly { readonly id: string }[];
  readonly evaluateOn?: readonly string[] | null | undefined;
}): NotFound | QuotaExceeded | IncompatibleAdapters | undefined {
  const { adapters, evaluateOn } = input;
  if (adapters.length > requestLimits.members) {
    return new QuotaExceeded('adapters of one fusion', adapters.length, requestLimits.members, ['adapters']);
  }
  const ids = adapters.map(({ id }) => id.toLowerCase());
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice >= 0) {
    const message = `The adapter ${ids[twice]} is given twice; give it once, with the sum of the two weights.`;
    return new IncompatibleAdapters([{ code: 'ADAPTER_TWICE', message, path: ['adapters', twice, 'id'] }]);
  }
  return findMalformed([
    ...adapters.map(({ id }, index) => ['adapter', id, ['adapters', index, 'id']] as const),
    ...(evaluateOn ?? []).map((id, index) => ['task', id, ['evaluateOn', index]] as const),
  ]);
}
