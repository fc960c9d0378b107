import type { KernelConfig, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { DisjointMember, DisjointMerge, DisjointRule, MeanDivisor, SignVote } from './disjoint-rule.js';
import { mergeDisjointInto } from './merge-disjoint.js';
import { tensorMemory } from './tensor-memory.js';
import { trimInto } from './trim.js';

export const TRIM = 'CrucibleTrim';
export const MERGE_DISJOINT = 'CrucibleMergeDisjoint';

/** Backends whose tensors lie in this process's memory. Elsewhere the merges are composed of the backend's own operations. */
export const MEMORY_BACKENDS: readonly string[] = ['cpu', 'wasm', 'tensorflow'];

export function trimKernel(backendName: string): KernelConfig {
  return {
    kernelName: TRIM,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { bits, equals } = attrs as unknown as { bits: number; equals: number };
      const x = inputs['x']!;
      const memory = tensorMemory(backend);
      const { info, values } = memory.output(x.shape);
      trimInto(memory.input(x), { bits, equals }, values);
      return info;
    },
  };
}

export function mergeDisjointKernel(backendName: string): KernelConfig {
  return {
    kernelName: MERGE_DISJOINT,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const tensors = inOrder(inputs);
      const memory = tensorMemory(backend);
      const { info, values } = memory.output(tensors[0]!.shape);
      const { members, rule } = decodeMerge(attrs!);
      mergeDisjointInto(
        tensors.map((tensor) => memory.input(tensor)),
        members,
        rule,
        values,
      );
      return info;
    },
  };
}

const inOrder = (inputs: NamedTensorInfoMap): readonly TensorInfo[] =>
  Object.keys(inputs).map((_, index) => inputs[`x${index}`]!);

/** Kernel attributes are plain numbers, texts and lists of them. */
export function encodeMerge(members: readonly DisjointMember[], rule: DisjointRule): NamedAttrMap {
  return {
    ...rule,
    weights: members.map(({ weight }) => weight),
    bits: members.map(({ cut }) => cut.bits),
    equals: members.map(({ cut }) => cut.equals),
  };
}

function decodeMerge(attrs: NamedAttrMap): { members: readonly DisjointMember[]; rule: DisjointRule } {
  const bits = attrs['bits'] as number[];
  const equals = attrs['equals'] as number[];
  const weights = attrs['weights'] as number[];
  return {
    members: weights.map((weight, m) => ({ weight, cut: { bits: bits[m]!, equals: equals[m]! } })),
    rule: {
      vote: attrs['vote'] as SignVote,
      weightedVote: attrs['weightedVote'] as boolean,
      zeroSign: attrs['zeroSign'] as DisjointRule['zeroSign'],
      merge: attrs['merge'] as DisjointMerge,
      divisor: attrs['divisor'] as MeanDivisor,
      lambda: attrs['lambda'] as number,
    },
  };
}
