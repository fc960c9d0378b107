import { ref, type EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import { CellState, Experiment, ExperimentCell, ExperimentPart, RunState } from '../entities/index.js';
import { announce, settleExperiment, type JobQueue } from '../jobs/index.js';
import { Problem } from '../services/problems.js';
import type { ExperimentInput } from './experiment-input.js';
import type { PlannedCell } from './plan-cells.js';
import { planExperiment, type ExperimentContext } from './plan-experiment.js';
import type { ExperimentProblem } from './prepare-experiment.js';

/** Parts for each process that works on them: the last ones to end leave little to wait for. Each prepares its images anew, so that more would cost more. */
const PARTS_PER_PROCESS = 4;
/** Images of a part, of what does not fill so many. */
const PART_IMAGES = 50_000;

/** Queues everything that is not known; what is, is there at once. */
export async function runExperiment(
  em: EntityManager,
  context: ExperimentContext & { readonly queue: JobQueue },
  input: ExperimentInput,
): Promise<Experiment | ExperimentProblem> {
  const plan = await planExperiment(em, context, input);
  if (plan instanceof Problem) return plan;
  const { prepared, cells, known, processes } = plan;
  const found = new Map<number, Awaited<ReturnType<NonNullable<ReturnType<typeof known.get>>['read']>>>();
  for (const [index, { read }] of known) found.set(index, await read());
  return em.transactional(async (em) => {
    const experiment = em.create(Experiment, {
      name: input.name ?? null,
      base: ref(prepared.base),
      tasks: prepared.tasks.map(({ id }) => id),
      modes: prepared.modes.map(({ record }) => record),
      strategies: prepared.strategies.map(({ record }) => record),
      seeds: [...prepared.seeds],
      validationExamples: prepared.validationExamples,
      testExamples: prepared.testExamples,
      size: cells.length,
      progress: { phase: 'CELLS', done: known.size, total: cells.length },
    } as never);
    em.persist(experiment);
    const missing = cells.filter(({ index }) => !known.has(index));
    const most = Math.max(processes, Math.min(PARTS_PER_PROCESS * processes, Math.ceil(plan.images / PART_IMAGES)));
    const stretches = stretchesOf(missing, most);
    const parts = new Map<number, ExperimentPart>();
    for (const [part, stretch] of stretches.entries()) {
      const row = em.create(ExperimentPart, { experiment: ref(experiment), part } as never);
      row.queueJob = await context.queue.send(em, { kind: 'EXPERIMENT', id: row.id });
      em.persist(row);
      for (const { index } of stretch) parts.set(index, row);
    }
    for (const cell of cells) {
      const { index, kind, subset, mode, strategy, space, statistics, seed, key } = cell;
      const part = parts.get(index);
      const before = known.get(index);
      em.persist(
        em.create(ExperimentCell, {
          experiment: ref(experiment),
          part: part ? ref(part) : null,
          index,
          kind,
          subset: [...subset],
          mode,
          strategy,
          space,
          statistics: statistics && [...statistics],
          seed,
          key,
          state: before ? CellState.KNOWN : CellState.PENDING,
          ...(before && { validation: before.validation, chosen: before.chosen, ...found.get(index) }),
        } as never),
      );
    }
    if (stretches.length === 0) {
      experiment.state = RunState.RUNNING;
      experiment.startedAt = new Date();
      await settleExperiment(em, experiment);
    }
    await announce(em, experiment);
    await wakeWorkers(em);
    return experiment;
  });
}

/** Stretches of about the same number of images, in the order of the cells: what belongs to one subset stays together. */
function stretchesOf(cells: readonly PlannedCell[], most: number): readonly (readonly PlannedCell[])[] {
  const total = cells.reduce((sum, { images }) => sum + images, 0);
  const count = Math.min(most, cells.length);
  const stretches: PlannedCell[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const cell of cells) {
    stretches[Math.min(count - 1, Math.floor((before / total) * count))]!.push(cell);
    before += cell.images;
  }
  return stretches.filter(({ length }) => length > 0);
}
