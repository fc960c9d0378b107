import { mergeDisjointInto } from '@crucible/engine/kernels';
import type { ModuleVectors } from './adapter-vectors.js';
import { combineObservations } from './combine-observations.js';
import { disjointRule } from './disjoint-rule.js';
import type { TiesState } from './global-state.js';
import { cutsOfMember } from './module-cuts.js';
import { observeModule } from './observe-module.js';
import type { TiesOptions } from './options.js';
import { startState } from './start-state.js';
import { surveySteps } from './survey-steps.js';

/**
 * TIES on arrays in memory: trim, elect, merge (Yadav et al., arXiv 2306.01708, section 3). Returns the merged vectors of each module. The strategy does
 * the same with modules that stream by.
 */
export function fuseTaskVectors(
  modules: readonly ModuleVectors[],
  adapterCount: number,
  options: TiesOptions,
): readonly (readonly Float32Array[])[] {
  const state = surveySteps(options).reduce(
    (current: TiesState, step) => {
      const observations = modules.map((module) => observeModule(module, current, step, options));
      return combineObservations(observations, current, step, options);
    },
    startState(options, adapterCount),
  );
  return modules.map((module) => {
    const cuts = module.members.map((member) => cutsOfMember(member, module, state, options));
    return module.members[0]!.vectors.map((first, v) => {
      const output = new Float32Array(first.length);
      mergeDisjointInto(
        module.members.map(({ vectors }) => vectors[v]!),
        module.members.map(({ weight }, m) => ({ weight, cut: cuts[m]![v]! })),
        disjointRule(options, state),
        output,
      );
      return output;
    });
  });
}
