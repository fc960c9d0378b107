import { meanEntropy, scoreEmbeddings, type ScoredModel } from '@crucible/engine/evaluation';
import { parseOptions, type ObjectiveValue, type SearchObjective, type SearchStrategy } from '@crucible/sdk';
import { composeAdapters, type FusionMember, type TangentFrameFile } from '@crucible/sdk/host';
import { coefficientGradient } from './coefficient-gradient.js';
import type { ComputeContext } from './compute-context.js';
import { groupModules } from './module-groups.js';
import { openBase } from './open-base.js';
import type { FusionWork } from './protocol.js';
import { readSearchTasks, type SearchTask } from './read-search-tasks.js';

export interface ObjectiveRequest {
  readonly work: FusionWork;
  readonly strategy: SearchStrategy;
  readonly members: readonly FusionMember[];
  readonly frame: TangentFrameFile | undefined;
}

/** A search's objective, and what it holds on the backend. */
export interface OpenObjective extends SearchObjective {
  dispose(): void;
}

/**
 * What a search looks at: the mean cross-entropy of a candidate over a few `validation` examples per class of every task, or the mean entropy of its predictions
 * over as many, chosen and scored without a look at labels; all examples count alike. A candidate is composed as the fusion itself would write it. Which
 * examples depends on the seed and the task alone.
 */
export async function searchObjective(
  { work, strategy, members, frame }: ObjectiveRequest,
  context: ComputeContext,
): Promise<OpenObjective> {
  const { backend, signal } = context;
  const options = parseOptions(strategy, work.options);
  const loss = strategy.objective ?? 'CROSS_ENTROPY';
  const { scorer } = await openBase(backend.tf, work.base.folder, signal);
  const tasks = await readSearchTasks(work, strategy.shots(options), loss);
  const examples = tasks.reduce((sum, task) => sum + task.examples.count, 0);
  const groups = groupModules(strategy, options, members);
  const tangents = members.every(({ adapter }) => adapter.manifest.form === 'TANGENT');

  const compose = (coefficients: readonly number[]) =>
    composeAdapters({
      members,
      coefficients,
      groups: groups.of,
      space: work.space,
      ...(frame === undefined ? {} : { frame }),
      factorOrigin: strategy.factorOrigin,
      ...(work.outputRank === null ? {} : { outputRank: work.outputRank }),
      signal,
    });
  // The slope is of Σ c·ΔW: what FACTOR space multiplies is something else.
  const gradient =
    strategy.needs.gradient === true && work.space !== 'FACTOR'
      ? await coefficientGradient(
          { scorer, tasks, members, groups, loss, seed: work.seed, signal },
          strategy.batchSize?.(options),
        )
      : undefined;
  return {
    adapterCount: members.length,
    groupCount: groups.count,
    examples,
    evaluate: async (coefficients) => {
      const updates = await compose(coefficients);
      const model = tangents ? scorer.withTangent(updates) : scorer.withUpdates(updates);
      try {
        return await scoreTasks(model, tasks, loss, signal);
      } finally {
        model.dispose();
      }
    },
    ...(gradient === undefined ? {} : { gradient: gradient.differentiate }),
    dispose: () => gradient?.dispose(),
  };
}

async function scoreTasks(
  model: ScoredModel,
  tasks: readonly SearchTask[],
  kind: 'CROSS_ENTROPY' | 'ENTROPY',
  signal: AbortSignal,
): Promise<ObjectiveValue> {
  let [loss, correct, count] = [0, 0, 0];
  for (const { head, examples } of tasks) {
    const embeddings = await model.embed(examples, { signal });
    const score = scoreEmbeddings(embeddings, examples.labels, head, 'validation');
    loss += (kind === 'ENTROPY' ? meanEntropy(embeddings, head) : score.loss) * score.n;
    correct += score.correct;
    count += score.n;
  }
  return { loss: loss / count, accuracy: correct / count, examples: count };
}
