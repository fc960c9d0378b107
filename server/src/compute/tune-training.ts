import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  tuneRecipe,
  type SearchAxis,
  type SearchScore,
  type SearchTrial,
  type TrainOnProblemOptions,
} from '@crucible/engine/training';
import type { TunableOption } from '../entities/enums.js';
import type { TrainingSearch, TrainingTrial } from '../entities/training-run.js';

export interface TunedTraining {
  readonly best: SearchTrial;
  readonly trials: readonly TrainingTrial[];
}

export interface TuneTrainingOptions<Batch> {
  readonly training: TrainOnProblemOptions<Batch>;
  readonly search: TrainingSearch;
  /** Trials that are done are kept here, so that a search that was killed goes on. */
  readonly folder: string;
  readonly onTrial: (done: number) => void;
}

/** Looks for the settings of a training by its loss on validation. */
export async function tuneTraining<Batch>(options: TuneTrainingOptions<Batch>): Promise<TunedTraining> {
  const { training, search, folder, onTrial } = options;
  const path = join(folder, 'trials.json');
  const known = new Map<string, SearchScore>(await readKnown(path));
  let done = 0;
  const { best, trials } = await tuneRecipe({
    training,
    search: {
      kind: search.kind,
      axes: Object.fromEntries(search.axes.map((axis) => [axis.option, axisOf(axis)])),
      ...(typeof search.trials === 'number' && { trials: search.trials }),
      seed: training.seed,
      known: (point, steps) => known.get(JSON.stringify([point, steps])),
      async onTrial({ point, steps, loss, accuracy }) {
        known.set(JSON.stringify([point, steps]), { loss, accuracy });
        await writeFile(`${path}.tmp`, JSON.stringify([...known].map(([key, score]) => [key, finite(score)])));
        await rename(`${path}.tmp`, path);
        done += 1;
        onTrial(done);
      },
    },
  });
  return {
    best,
    trials: trials.map(({ point, steps, loss, accuracy }) => ({
      values: Object.entries(point).map(([option, value]) => ({ option: option as TunableOption, value })),
      steps,
      ...finite({ loss, accuracy }),
      chosen: point === best.point,
    })),
  };
}

/** JSON has no infinity: a training that diverged has no loss. */
const finite = ({ loss, accuracy }: SearchScore) => ({ loss: Number.isFinite(loss) ? loss : null, accuracy });

function axisOf({ values, low, high, logarithmic }: TrainingSearch['axes'][number]): SearchAxis {
  return values ?? { low: low!, high: high!, scale: logarithmic === true ? 'LOG' : 'LINEAR' };
}

async function readKnown(path: string): Promise<readonly [string, SearchScore][]> {
  const text = await readFile(path, 'utf8').catch(() => '[]');
  const entries = JSON.parse(text) as readonly [string, { readonly loss: number | null; readonly accuracy: number }][];
  return entries.map(([key, { loss, accuracy }]) => [key, { loss: loss ?? Infinity, accuracy }]);
}
