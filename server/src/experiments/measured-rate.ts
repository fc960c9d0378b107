import type { EntityManager } from '@mikro-orm/postgresql';
import type { BaseModel } from '../entities/index.js';

/** Images that one process scores in a second, fusing included, and what was measured. */
export interface MeasuredRate {
  readonly imagesPerSecond: number;
  readonly from: 'EXPERIMENTS' | 'EVALUATIONS';
}

/** Cells, or evaluations, that a rate is taken from: the latest. */
const SAMPLE = 500;

/** From what was computed on this base: the latest cells of experiments; where there are none, the latest evaluations; null where nothing was scored. */
export async function measuredRate(em: EntityManager, base: BaseModel): Promise<MeasuredRate | null> {
  const [cells] = await em.execute<{ rate: number | null }[]>(
    `select sum(images) / nullif(sum(seconds), 0) as rate from (
       select cell.images, cell.seconds from experiment_cell cell join experiment on experiment.id = cell.experiment_id
        where experiment.base_id = ? and cell.state = 'COMPUTED' and cell.images > 0 order by cell.id desc limit ?) as latest`,
    [base.id, SAMPLE],
  );
  if (cells?.rate) return { imagesPerSecond: Number(cells.rate), from: 'EXPERIMENTS' };
  const [evaluations] = await em.execute<{ rate: number | null }[]>(
    `select sum(n) / nullif(sum(seconds), 0) as rate from (
       select score.n, (evaluation.timings -> 0 ->> 'seconds')::float8 as seconds
         from score join evaluation on evaluation.id = score.evaluation_id
        where score.base_id = ? and jsonb_array_length(evaluation.timings) > 0 order by score.id desc limit ?) as latest`,
    [base.id, SAMPLE],
  );
  return evaluations?.rate ? { imagesPerSecond: Number(evaluations.rate), from: 'EVALUATIONS' } : null;
}
