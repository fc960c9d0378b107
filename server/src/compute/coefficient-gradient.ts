import type { CoefficientLoss, CoefficientModule, Scorer } from '@crucible/engine/evaluation';
import { pickExamples } from '@crucible/engine/tasks';
import { batchOrder } from '@crucible/engine/training';
import type { ObjectiveGradient } from '@crucible/sdk';
import type { FusionMember } from '@crucible/sdk/host';
import type { ModuleGroups } from './module-groups.js';
import type { SearchTask } from './read-search-tasks.js';

export interface GradientRequest {
  readonly scorer: Scorer;
  readonly tasks: readonly SearchTask[];
  readonly members: readonly FusionMember[];
  readonly groups: ModuleGroups;
  readonly loss: CoefficientLoss;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface OpenGradient {
  differentiate(coefficients: readonly number[], step: number): Promise<ObjectiveGradient>;
  dispose(): void;
}

/** As AdaMerging's code takes: of every task in every step. */
const BATCH_SIZE = 16;

/**
 * Slopes of the loss in the coefficients, over one batch of every task. Which examples are in a batch depends on the seed and the step alone; epoch after epoch
 * each example is seen once. Of a fusion with an `outputRank` the slope is that of the exact sum.
 */
export async function coefficientGradient(
  { scorer, tasks, members, groups, loss, seed, signal }: GradientRequest,
  batchSize: number = BATCH_SIZE,
): Promise<OpenGradient> {
  const model = scorer.withCoefficients({
    modules: await readModules(members, groups),
    adapterCount: members.length,
    groupCount: groups.count,
  });
  const orders = tasks.map(({ examples: { count } }) => batchOrder(seed, count, Math.min(count, batchSize)));
  return {
    async differentiate(coefficients, step) {
      signal.throwIfAborted();
      const batches = tasks.map(({ examples, head }, index) => ({
        head,
        examples: pickExamples(examples, orders[index]!(step)),
      }));
      const result = await model.differentiate(coefficients, batches, loss);
      const { gradient, examples } = result;
      return { loss: result.loss, accuracy: result.correct / examples, examples, gradient };
    },
    dispose: () => model.dispose(),
  };
}

async function readModules(
  members: readonly FusionMember[],
  { byModule }: ModuleGroups,
): Promise<ReadonlyMap<string, CoefficientModule>> {
  const modules = new Map<string, CoefficientModule>();
  for (const [name, group] of byModule) {
    const parts = [];
    for (const [position, { adapter }] of members.entries()) {
      const info = adapter.modules.get(name);
      if (info === undefined) continue;
      parts.push({ position, rank: info.rank, scale: info.scale, ...(await adapter.readFactors(name)) });
    }
    modules.set(name, { group, parts });
  }
  return modules;
}
