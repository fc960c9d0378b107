import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { ModuleFactors, ModuleInput } from '../contract/strategy.js';

/** One adapter's part of a module, as a test writes it down. */
export interface TestMember<Options> {
  readonly vectors: readonly Tensor2D[];
  readonly weight?: number;
  readonly digest?: string;
  readonly options?: Options;
  readonly factors?: ModuleFactors;
  readonly statistics?: Float32Array;
}

export interface TestModule<Options> {
  readonly module?: string;
  readonly index?: number;
  readonly count?: number;
  readonly space?: FusionSpace;
  readonly options: Options;
  readonly members: readonly TestMember<Options>[];
  readonly base?: Tensor2D;
}

/** A module as the host would hand it to a strategy, for tests of its arithmetic: members in order, each with weight 1 and a digest of its own unless given. */
export function moduleInputOf<Options>(given: TestModule<Options>): ModuleInput<Options> {
  const { options, members, base } = given;
  const [outFeatures, inFeatures] = members[0]?.vectors[0]?.shape ?? [0, 0];
  const weights = members.map(({ weight }) => weight ?? 1);
  return {
    module: given.module ?? 'layer',
    index: given.index ?? 0,
    count: given.count ?? 1,
    space: given.space ?? 'DELTA',
    outFeatures,
    inFeatures,
    options,
    adapterCount: members.length,
    weights,
    ...(base && { base }),
    members: members.map((member, position) => ({
      position,
      digest: member.digest ?? position.toString(16).padStart(64, '0'),
      weight: weights[position]!,
      options: member.options ?? options,
      factors: member.factors ?? { rank: 0, scale: 1, a: new Float32Array(0), b: new Float32Array(0) },
      vectors: member.vectors,
      ...(member.statistics && { statistics: member.statistics }),
    })),
  };
}
