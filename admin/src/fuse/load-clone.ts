import { ApiError } from '../graphql/api-error';
import { TypedDocumentString } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { appliedSelection } from './applied-selection';
import { runToClone } from './documents';
import type { FuseState } from './fuse-state';
import { appliedTypeOf, optionsFromApplied, type Applied } from './options-from-applied';
import type { FindStrategy } from './options-to-input';

interface AppliedAnswer {
  readonly node: { readonly options?: Applied } | null;
}

/** The settings of a run as the form holds them. Its strategy must still be installed: STRATEGY_REMOVED otherwise. */
export async function loadClone(id: string, find: FindStrategy, signal: AbortSignal): Promise<FuseState> {
  const { node } = await request(runToClone, { id }, signal);
  if (node?.__typename !== 'FusionRun') throw new ApiError('NOT_FOUND', `There is no run ${id}.`);
  const { key } = node.strategy;
  if (!find(key)) throw new ApiError('STRATEGY_REMOVED', `"${node.strategy.title}" is not installed any more.`);
  return {
    name: node.name ?? '',
    members: node.members.map(({ adapter, weight }) => ({ adapter, weight: weight === 1 ? '' : String(weight) })),
    strategy: optionsFromApplied(key, await loadApplied(id, key, find, signal), find),
    space: node.space,
    outputRank: node.outputRank === null ? '' : String(node.outputRank),
    seed: node.seed === 0 ? '' : String(node.seed),
    evaluationSplit: node.evaluationSplit,
    evaluateOn: node.evaluateOn.map((task) => task.id),
    sweep: null,
  };
}

/** The options that a run used. They have a type for each strategy, so what to ask for is known only when the strategy is; of a wrapper, when what it wraps is. */
export async function loadApplied(id: string, key: string, find: FindStrategy, signal: AbortSignal): Promise<Applied> {
  const keys = [key];
  for (;;) {
    const text = `query RunOptions($id: ID!) { node(id: $id) { ... on FusionRun { options ${appliedSelection(keys, find)} } } }`;
    const { node } = await request(new TypedDocumentString<AppliedAnswer, { id: string }>(text), { id }, signal);
    const options = node?.options ?? {};
    const next = innermostRule(options);
    const found = find(keys.at(-1) ?? '')?.wraps.find((wrapped) => appliedTypeOf(wrapped.key) === next?.__typename);
    if (!next || !found || Object.keys(next).length > 1) return options;
    keys.push(found.key);
  }
}

function innermostRule(options: Applied): Applied | undefined {
  const rule = options.rule as Applied | null | undefined;
  return rule ? (innermostRule(rule) ?? rule) : undefined;
}
