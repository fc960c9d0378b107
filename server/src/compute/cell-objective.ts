import { selectExamples } from '@crucible/engine/statistics';
import { pickExamples, selectFewShot } from '@crucible/engine/tasks';
import { parseOptions, type FusionSpace, type SearchObjective, type SearchStrategy } from '@crucible/sdk';
import { composeAdapters, type FusionMember, type TangentFrameFile } from '@crucible/sdk/host';
import type { CellScorer, ScoredExamples } from './cell-scorer.js';
import { coefficientGradient } from './coefficient-gradient.js';
import type { ComputeContext } from './compute-context.js';
import { groupModules } from './module-groups.js';
import { openBase } from './open-base.js';

export interface CellObjectiveRequest {
  readonly strategy: SearchStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly members: readonly FusionMember[];
  readonly space: FusionSpace;
  readonly frame: TangentFrameFile | undefined;
  readonly outputRank: number | null;
  readonly seed: number;
  readonly baseFolder: string;
  /** Name and whole `validation` split of each task of the members. */
  readonly tasks: readonly { readonly name: string; readonly validation: ScoredExamples }[];
  readonly scorer: CellScorer;
  /** Examples chosen before by the same key: prepared images are found again by them. */
  readonly chosen: Map<string, ScoredExamples>;
}

/** As `searchObjective` of a single fusion: the same examples, the same composition, the same mean; `images` counts forward passes. */
export async function cellObjective(
  request: CellObjectiveRequest,
  context: ComputeContext,
): Promise<SearchObjective & { readonly images: () => number; dispose(): void }> {
  const { strategy, members, space, frame, outputRank, seed, scorer } = request;
  const options = parseOptions(strategy, request.options);
  const { signal } = context;
  const loss = strategy.objective ?? 'CROSS_ENTROPY';
  const tasks = request.tasks.map((task) => choose(request, task, strategy.shots(options), loss));
  const examples = tasks.reduce((sum, task) => sum + task.examples.count, 0);
  const groups = groupModules(strategy, options, members);
  const { factorOrigin } = strategy;
  let images = 0;
  const gradient =
    strategy.needs.gradient === true && space !== 'FACTOR'
      ? await coefficientGradient(
          {
            scorer: (await openBase(context.backend.tf, request.baseFolder, signal)).scorer,
            tasks: tasks.map((task, index) => ({ ...task, name: request.tasks[index]!.name })),
            members,
            groups,
            loss,
            seed,
            signal,
          },
          strategy.batchSize?.(options),
        )
      : undefined;
  return {
    adapterCount: members.length,
    groupCount: groups.count,
    examples,
    images: () => images,
    async evaluate(coefficients) {
      const tangents = members.every(({ adapter }) => adapter.manifest.form === 'TANGENT');
      scorer.use(
        await composeAdapters({
          members,
          coefficients,
          groups: groups.of,
          space,
          factorOrigin,
          signal,
          ...(frame && { frame }),
          ...(outputRank !== null && { outputRank }),
        }),
        tangents ? 'TANGENT' : 'WEIGHTS',
      );
      let [total, correct] = [0, 0];
      for (const task of tasks) {
        const score = await scorer.score(task);
        total += (loss === 'ENTROPY' ? score.entropy() : score.loss) * score.n;
        correct += score.correct;
        images += score.n;
      }
      return { loss: total / examples, accuracy: correct / examples, examples };
    },
    ...(gradient && { gradient: gradient.differentiate }),
    dispose: () => gradient?.dispose(),
  };
}

function choose(
  { seed, chosen }: CellObjectiveRequest,
  { name, validation }: CellObjectiveRequest['tasks'][number],
  shots: number,
  loss: 'CROSS_ENTROPY' | 'ENTROPY',
): ScoredExamples {
  const key = JSON.stringify([name, shots, loss, seed]);
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const { examples, head } = validation;
  const made = {
    ...validation,
    examples:
      loss === 'ENTROPY'
        ? selectExamples(examples, shots * head.classes, seed)
        : pickExamples(examples, selectFewShot(examples, shots, [name], seed)),
  };
  chosen.set(key, made);
  return made;
}
