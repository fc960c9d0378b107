import type { AdapterManifest } from '@crucible/engine/adapters';
import type { AdapterMethodDefinition } from '../../contract/plugin.js';
import { FUSION_SPACES, type FusionSpace } from '../../contract/fusion-space.js';
import type { StatisticsKind, Strategy } from '../../contract/strategy.js';
import type { StrategyDirectory } from '../../options/check-rule.js';
import { checkOptions } from '../../options/parse-options.js';
import { fusionLimits } from '../fusion-limits.js';
import { frameProblem } from './frame-problem.js';
import { resolveForCheck } from '../wrapper/resolve-strategy.js';
import { checkRunOptions } from './check-run-options.js';
import { resolveSpace } from './resolve-space.js';

export interface CheckedMember {
  /** For people, in messages. */
  readonly name: string;
  readonly manifest: AdapterManifest;
  readonly weight: number;
  /** `digestFrame` over its own A: adapters that share it share A, whatever their manifests say. */
  readonly ownFrameDigest?: string | undefined;
  /** Kinds of statistics that there are of this adapter on its own task. */
  readonly statistics?: readonly StatisticsKind[];
}

/** All that can be known before a tensor is read. */
export interface FusionCheck {
  readonly strategy: Strategy;
  /** Where a wrapper finds the strategy that it wraps. */
  readonly strategies?: StrategyDirectory;
  readonly options: unknown;
  readonly members: readonly CheckedMember[];
  readonly space?: FusionSpace | undefined;
  readonly outputRank?: number | undefined;
  /** Whether something can score coefficients on `validation`. */
  readonly validation?: boolean;
  /** Methods that plugins brought, by id: whether their A stays the frame's. */
  readonly adapterMethods?: ReadonlyMap<string, Pick<AdapterMethodDefinition, 'trainable'>>;
}

export type IncompatibilityCode =
  | 'TOO_FEW_ADAPTERS'
  | 'TOO_MANY_ADAPTERS'
  | 'WEIGHT_INVALID'
  | 'BASES_DIFFER'
  | 'FORM_NOT_OFFERED'
  | 'FRAME_NOT_SHARED'
  | 'RANKS_DIFFER'
  | 'SPACE_NOT_OFFERED'
  | 'OPTIONS_INVALID'
  | 'OUTPUT_RANK_INVALID'
  | 'VALIDATION_MISSING'
  | 'STATISTICS_MISSING'
  | 'BASE_WEIGHTS_MISSING';

/** One thing that stands in the way, and what to do about it. */
export interface Incompatibility {
  readonly code: IncompatibilityCode;
  readonly message: string;
  /** Where in the request: `['options', 'density']`, `['adapters', 1, 'weight']`, `['space']`. */
  readonly path: readonly (string | number)[];
}

/**
 * Everything that stands between these adapters and this strategy, all of it at once and in a stable order; an empty list means that the
 * run may be queued. Looks at manifests only, so that bad input reaches no worker.
 */
export function checkFusion(request: FusionCheck): readonly Incompatibility[] {
  // What a wrapper wraps has needs and spaces of its own.
  const resolved = resolveForCheck(request.strategy, request.options, request.strategies);
  const check = { ...request, strategy: resolved };
  return [
    ...checkCount(check),
    ...checkWeights(check.members),
    ...checkBases(check.members),
    ...checkForms(check),
    ...checkSpace(check),
    ...checkRanks(check),
    ...checkOptionValues(request),
    ...checkOutputRank(check),
    ...checkValidation(check),
    ...checkStatistics(check),
    ...checkBaseWeights(check),
  ];
}

function checkCount({ strategy, members }: FusionCheck): readonly Incompatibility[] {
  const { minAdapters, maxAdapters = fusionLimits.adapters } = strategy.needs;
  const most = Math.min(maxAdapters, fusionLimits.adapters);
  const plural = (count: number): string => `${count} adapter${count === 1 ? '' : 's'}`;
  const path = ['adapters'];
  if (members.length < minAdapters) {
    const message = `"${strategy.id}" needs at least ${plural(minAdapters)}, got ${members.length}; add ${minAdapters - members.length}.`;
    return [{ code: 'TOO_FEW_ADAPTERS', message, path }];
  }
  if (members.length > most) {
    const message = `"${strategy.id}" takes at most ${plural(most)}, got ${members.length}; remove ${members.length - most}.`;
    return [{ code: 'TOO_MANY_ADAPTERS', message, path }];
  }
  return [];
}

function checkWeights(members: readonly CheckedMember[]): readonly Incompatibility[] {
  return members.flatMap(({ name, weight }, index) => {
    // Beyond that, float32 sums of ordinary task vectors overflow, and the run would end on numbers that are none.
    if (Math.abs(weight) <= fusionLimits.weight) return [];
    const most = fusionLimits.weight;
    const message = `The weight of "${name}" is ${weight}; give a number from -${most} to ${most}.`;
    return [{ code: 'WEIGHT_INVALID' as const, message, path: ['adapters', index, 'weight'] }];
  });
}

function checkBases(members: readonly CheckedMember[]): readonly Incompatibility[] {
  const [first, ...rest] = members;
  const other = rest.findIndex(({ manifest }) => manifest.baseDigest !== first?.manifest.baseDigest);
  if (first === undefined || other < 0) return [];
  const message =
    `"${first.name}" was trained on base ${short(first.manifest.baseDigest)} and "${rest[other]!.name}" on base ` +
    `${short(rest[other]!.manifest.baseDigest)}; fuse adapters of one base model.`;
  return [{ code: 'BASES_DIFFER', message, path: ['adapters', other + 1] }];
}

function checkForms({ strategy, members }: FusionCheck): readonly Incompatibility[] {
  const isTangent = ({ manifest }: CheckedMember): boolean => manifest.form === 'TANGENT';
  const tangent = members.findIndex(isTangent);
  if (tangent < 0) return [];
  const { name } = members[tangent]!;
  const other = members.findIndex((member) => !isTangent(member));
  if (other >= 0) {
    const message =
      `"${name}" is a tangent of the network and "${members[other]!.name}" a change of its weights, and no one function is made of both; ` +
      `fuse adapters of one form.`;
    return [{ code: 'FORM_NOT_OFFERED', message, path: ['adapters', other] }];
  }
  if (strategy.needs.gradient !== true) return [];
  const message = `"${strategy.id}" follows a gradient of the network with changed weights, and "${name}" is its tangent; choose another strategy.`;
  return [{ code: 'FORM_NOT_OFFERED', message, path: ['adapters', tangent] }];
}

function checkSpace(check: FusionCheck): readonly Incompatibility[] {
  const { strategy, space, members } = check;
  const offered = strategy.spaces.join(', ');
  if (space !== undefined && !strategy.spaces.includes(space)) {
    const known = FUSION_SPACES.includes(space)
      ? `does not work in ${space} space`
      : `knows no space "${String(space)}"`;
    return [{ code: 'SPACE_NOT_OFFERED', message: `"${strategy.id}" ${known}; choose ${offered}.`, path: ['space'] }];
  }
  const chosen = resolveSpace(check);
  const needed = strategy.needs.sharedFrame === true || chosen === 'FRAME';
  const problem = needed ? frameProblem(members, check.adapterMethods, chosen === 'FRAME') : undefined;
  if (problem === undefined) return [];
  const others = strategy.needs.sharedFrame === true ? [] : strategy.spaces.filter((other) => other !== 'FRAME');
  const advice = others.length ? `choose ${others.join(' or ')} space` : 'fuse adapters that were trained in one frame';
  return [{ code: 'FRAME_NOT_SHARED', message: `${problem}; ${advice}.`, path: ['adapters'] }];
}

function checkRanks(check: FusionCheck): readonly Incompatibility[] {
  const { strategy, members } = check;
  const factor = resolveSpace(check) === 'FACTOR';
  if (!factor && strategy.needs.equalRank !== true) return [];
  const [first, ...rest] = members;
  const other = rest.findIndex(({ manifest }) => manifest.rank !== first?.manifest.rank);
  if (first === undefined || other < 0) return [];
  const why = factor ? 'FACTOR space merges factors entry by entry' : `"${strategy.id}" needs equal ranks`;
  const alternatives = strategy.spaces.filter((space) => space === 'DELTA' || space === 'CORE');
  const advice =
    factor && alternatives.length && strategy.needs.equalRank !== true
      ? `choose ${alternatives.join(' or ')} space`
      : 'fuse adapters of one rank';
  const message =
    `"${first.name}" has rank ${first.manifest.rank} and "${rest[other]!.name}" rank ${rest[other]!.manifest.rank}, but ${why}; ` +
    `${advice}.`;
  return [{ code: 'RANKS_DIFFER', message, path: ['adapters', other + 1] }];
}

function checkOptionValues({ strategy, options, strategies, members }: FusionCheck): readonly Incompatibility[] {
  const parsed = checkOptions(strategy, options, strategies);
  const issues = parsed.ok
    ? checkRunOptions(strategy, parsed.options, { adapterCount: members.length, baseWeights: false }, strategies)
    : parsed.issues;
  return issues.map(({ path, message }) => ({
    code: 'OPTIONS_INVALID' as const,
    message: `Option ${path.length ? `"${path.join('.')}"` : 'object'} of "${strategy.id}": ${message}.`,
    path: ['options', ...path],
  }));
}

function checkOutputRank({ outputRank }: FusionCheck): readonly Incompatibility[] {
  if (outputRank === undefined) return [];
  if (Number.isInteger(outputRank) && outputRank >= 1 && outputRank <= fusionLimits.outputRank) return [];
  const message = `The output rank is ${outputRank}; give a whole number from 1 to ${fusionLimits.outputRank}, or none for an exact result.`;
  return [{ code: 'OUTPUT_RANK_INVALID', message, path: ['outputRank'] }];
}

function checkValidation({ strategy, validation }: FusionCheck): readonly Incompatibility[] {
  const needed = strategy.kind === 'SEARCH' || strategy.needs.validation === true;
  if (!needed || validation !== false) return [];
  const message = `"${strategy.id}" scores candidates on validation examples and none of the adapters has a task with any; link the adapters to tasks.`;
  return [{ code: 'VALIDATION_MISSING', message, path: ['adapters'] }];
}

const STATISTICS: Readonly<Record<StatisticsKind, string>> = {
  GRAM: 'GRAM statistics (XᵀX of the inputs of each module)',
  FISHER: 'FISHER statistics (the mean squared gradient of each module)',
};

function checkStatistics({ strategy, members }: FusionCheck): readonly Incompatibility[] {
  const kind = strategy.needs.statistics;
  if (kind === undefined) return [];
  return members.flatMap(({ name, statistics = [] }, index) => {
    if (statistics.includes(kind)) return [];
    const message = `"${strategy.id}" needs ${STATISTICS[kind]} of every adapter on its own task, and "${name}" has none; compute them first.`;
    return [{ code: 'STATISTICS_MISSING' as const, message, path: ['adapters', index] }];
  });
}

function checkBaseWeights({ strategy }: FusionCheck): readonly Incompatibility[] {
  if (strategy.needs.baseWeights !== true) return [];
  const message = `"${strategy.id}" merges whole weights, and a fusion of adapters has only what they add to them; choose another strategy, or fuse full models.`;
  return [{ code: 'BASE_WEIGHTS_MISSING', message, path: ['strategy'] }];
}

const short = (digest: string): string => digest.slice(0, 12);
