import type { EntityManager } from '@mikro-orm/postgresql';
import { notifyChange } from '../changes/index.js';
import type { CellResult } from '../compute/experiment-protocol.js';
import { CellState, ExperimentCell, RunState, type ExperimentPart } from '../entities/index.js';
import { packOutcomes } from '../experiments/pack-outcomes.js';
import { lockFamily } from './job-row.js';
import type { Held } from './settle.js';

/**
 * Records what a part has finished, if it is still held: from here on no crash can undo it, and nobody computes it again. Answers whether it was.
 */
export async function recordCells(em: EntityManager, held: Held, results: readonly CellResult[]): Promise<boolean> {
  return em.transactional(async (em) => {
    const part = (await lockFamily(em, held.kind, held.id)) as ExperimentPart | null;
    if (part === null || part.attempt !== held.attempt || part.state !== RunState.RUNNING) return false;
    const experiment = part.experiment.id;
    const cells = await em.find(ExperimentCell, { part: part.id, index: { $in: results.map(({ index }) => index) } });
    const byIndex = new Map(cells.map((cell) => [cell.index, cell]));
    for (const { index, problem, validation, chosen, scores, images, seconds } of results) {
      const cell = byIndex.get(index);
      if (cell === undefined || cell.state !== CellState.PENDING) continue;
      Object.assign(cell, {
        state: problem === null ? CellState.COMPUTED : CellState.FAILED,
        problem,
        validation,
        chosen,
        images,
        seconds,
        scores: scores.map(({ task, n, correct, loss }) => ({ task, n, correct, loss })),
        outcomes: scores.length === 0 ? null : packOutcomes(scores.map(({ outcomes }) => outcomes)),
      });
    }
    await em.flush();
    await em.execute(
      `update experiment set progress = jsonb_build_object('phase', 'CELLS', 'total', size, 'done',
         (select count(*)::int from experiment_cell where experiment_id = ? and state <> 'PENDING')) where id = ?`,
      [experiment, experiment],
    );
    await notifyChange(em, { kind: 'EXPERIMENT', id: experiment });
    return true;
  });
}
