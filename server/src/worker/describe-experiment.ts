import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ExperimentCellWork, ExperimentWork } from '../compute/experiment-protocol.js';
import { Adapter, CellState, ExperimentCell, Task, type ExperimentPart } from '../entities/index.js';
import { modelFolder } from './model-folder.js';
import { taskFiles } from './task-files.js';

/** What a compute process needs to be told about a part of an experiment: the cells that are still missing. */
export async function describeExperiment(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  part: ExperimentPart,
): Promise<ExperimentWork> {
  const experiment = await part.experiment.loadOrFail();
  const base = await experiment.base.loadOrFail();
  const ids = [...new Set(experiment.modes.flatMap(({ adapters }) => adapters))];
  const rows = await em.find(Adapter, { id: { $in: ids } }, { populate: ['frame'] });
  const adapters = ids.map((id) => rows.find((row) => row.id === id)!);
  const tasks: Task[] = [];
  for (const id of experiment.tasks) tasks.push(await em.findOneOrFail(Task, { id }));
  const cells = await em.find(
    ExperimentCell,
    { part: part.id, state: CellState.PENDING },
    { orderBy: { index: 'asc' } },
  );
  const describe = async (cell: ExperimentCell): Promise<ExperimentCellWork> => {
    const mode = cell.mode === null ? undefined : experiment.modes[cell.mode]!;
    const own = mode === undefined ? [] : cell.subset.map((task) => ids.indexOf(mode.adapters[task]!));
    const members = await Promise.all(
      own.map(async (adapter, place) => {
        const statistics = cell.statistics?.[place] ?? null;
        return { adapter, weight: 1, statistics: statistics && (await blobs.locate(statistics)) };
      }),
    );
    const { index, subset, seed } = cell;
    if (cell.strategy === null) return { index, members, fusion: null, tasks: subset };
    const frames = new Set(own.map((adapter) => adapters[adapter]!.frame?.getEntity().blob ?? null));
    const [frame = null] = frames;
    const { key, points } = experiment.strategies[cell.strategy]!;
    return {
      index,
      members,
      tasks: subset,
      fusion: {
        strategy: key,
        space: cell.space!,
        outputRank: null,
        seed,
        frame: frames.size === 1 && frame !== null ? await blobs.locate(frame) : null,
        points,
      },
    };
  };
  return {
    kind: 'EXPERIMENT',
    base: { folder: await modelFolder(blobs, home, base) },
    adapters: await Promise.all(
      adapters.map(async ({ digest, ownFrameDigest, task }) => ({
        path: await blobs.locate(digest),
        ownFrameDigest,
        task: task === null ? null : experiment.tasks.indexOf(task.id),
      })),
    ),
    tasks: await Promise.all(tasks.map((task) => taskFiles(em, blobs, base, task))),
    validationExamples: experiment.validationExamples,
    testExamples: experiment.testExamples,
    seed: 0,
    cells: await Promise.all(cells.map(describe)),
  };
}
