import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { imageProblem } from './image-problem.js';
import { searchRecipes, type SearchPoint, type SearchRecipesOptions, type SearchScore } from './search-recipes.js';
import { smallAdapterTraining } from './small-training.testing.js';
import { modeOf } from './train-adapter.js';
import { tuneRecipe } from './tune-recipe.js';

/** A bowl whose lowest point is (0.3, −2); short trainings see it through a fog that falls with the steps. */
const bowl = ({ x = 0, y = 0 }: SearchPoint, steps: number): SearchScore => {
  const fog = Math.sin(1000 * x + 7 * y) / steps;
  return { loss: (x - 0.3) ** 2 + (y + 2) ** 2 + fog, accuracy: 0 };
};
const evaluate: SearchRecipesOptions['evaluate'] = async (point, steps) => bowl(point, steps);

describe('searches for settings', () => {
  it('GRID tries every combination once, in order, and takes the lowest', async () => {
    const axes = { x: [0, 0.25, 0.5], y: [-3, -2] };
    const { best, trials } = await searchRecipes({ kind: 'GRID', axes, steps: 1e6, seed: 1, evaluate });
    expect(trials.map(({ point }) => [point['x'], point['y']])).toEqual(
      axes.x.flatMap((x) => axes.y.map((y) => [x, y])),
    );
    expect(best.point).toEqual({ x: 0.25, y: -2 });
  });

  it('RANDOM draws each point from its number alone, within its range', async () => {
    const axes = { x: { low: 1e-4, high: 1, scale: 'LOG' }, y: { low: -3, high: 3 } } as const;
    const options = { kind: 'RANDOM', axes, steps: 10, seed: 5, evaluate } as const;
    const few = await searchRecipes({ ...options, trials: 40 });
    const many = await searchRecipes({ ...options, trials: 200 });
    expect(many.trials.slice(0, 40)).toEqual(few.trials);
    expect(many.best.loss).toBe(Math.min(...many.trials.map(({ loss }) => loss)));
    const xs = many.trials.map(({ point }) => point['x']!);
    expect(xs.every((x) => x >= 1e-4 && x < 1)).toBe(true);
    // Half of them below the middle of the logarithm; the standard error is 3.5 %.
    expect(xs.filter((x) => x < 1e-2).length / xs.length).toBeCloseTo(0.5, 0.8);
  });

  it('HALVING trains the best third three times as long, and ends with the whole', async () => {
    const axes = { x: { low: 0, high: 1 }, y: { low: -4, high: 0 } };
    const { best, trials } = await searchRecipes({ kind: 'HALVING', axes, trials: 27, steps: 270, seed: 2, evaluate });
    const rungs = [10, 30, 90, 270].map((steps) => trials.filter((trial) => trial.steps === steps));
    expect(rungs.map(({ length }) => length)).toEqual([27, 9, 3, 1]);
    for (const [i, rung] of rungs.slice(1).entries()) {
      const before = rungs[i]!.toSorted((p, q) => p.loss - q.loss).slice(0, rung.length);
      expect(rung.map(({ point }) => point)).toEqual(before.map(({ point }) => point));
    }
    expect(best).toEqual(rungs[3]![0]);
    // A full search of 27 points would cost 27 · 270 steps.
    expect(trials.reduce((sum, { steps }) => sum + steps, 0)).toBe(4 * 270);
  });

  it('goes on from what an interrupted search found, to the same outcome', async () => {
    const axes = { x: { low: 0, high: 1 }, y: { low: -4, high: 0 } };
    const options = { kind: 'HALVING', axes, trials: 9, steps: 90, seed: 2, evaluate } as const;
    const whole = await searchRecipes(options);
    const found = new Map(whole.trials.slice(0, 7).map((trial) => [JSON.stringify([trial.point, trial.steps]), trial]));
    const again: SearchPoint[] = [];
    const resumed = await searchRecipes({
      ...options,
      known: (point, steps) => found.get(JSON.stringify([point, steps])),
      async evaluate(point, steps) {
        again.push(point);
        return bowl(point, steps);
      },
    });
    expect(resumed).toEqual(whole);
    expect(again).toEqual(whole.trials.slice(7).map(({ point }) => point));
  });

  it('never chooses a training that diverged', async () => {
    const losses = [Number.NaN, 3, Infinity];
    const outcome = await searchRecipes({
      kind: 'GRID',
      axes: { x: [0, 1, 2] },
      steps: 1,
      seed: 1,
      evaluate: async ({ x = 0 }) => ({ loss: losses[x]!, accuracy: 0 }),
    });
    expect(outcome.best.point).toEqual({ x: 1 });
  });

  it.each<[string, Partial<SearchRecipesOptions>]>([
    ['no axes', { axes: {} }],
    ['an empty list', { axes: { x: [] } }],
    ['a range for a grid', { axes: { x: { low: 0, high: 1 } } }],
    ['a range turned round', { kind: 'RANDOM', trials: 1, axes: { x: { low: 1, high: 0 } } }],
    ['a logarithm of 0', { kind: 'RANDOM', trials: 1, axes: { x: { low: 0, high: 1, scale: 'LOG' } } }],
    ['no trials', { kind: 'HALVING' }],
    [
      'too many points',
      { axes: { x: Array.from({ length: 101 }, (_, i) => i), y: Array.from({ length: 100 }, (_, i) => i) } },
    ],
  ])('refuse %s', async (_, change) => {
    const options: SearchRecipesOptions = { kind: 'GRID', axes: { x: [1] }, steps: 1, seed: 1, evaluate, ...change };
    await expect(searchRecipes(options)).rejects.toMatchObject({ code: 'TRAINING_OPTION_INVALID' });
  });
});

describe('tuning a training', () => {
  let backend: SelectedBackend;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => backend.dispose());

  it('chooses on validation, survives a rate that diverges, and never reads test', async () => {
    const options = { ...smallAdapterTraining(backend.tf, 'LORA'), warmup: 0 };
    const read = new Set<string>();
    const task: typeof options.task = {
      readSplit(split) {
        read.add(split);
        return options.task.readSplit(split);
      },
    };
    const training = {
      ...options,
      problem: imageProblem({ ...options, task }),
      mode: modeOf(options),
      steps: 18,
      weightDecay: 0,
    };
    const axes = { learningRate: [1e-5, 1e-2, 1e30], rank: [4] };
    const search = { kind: 'GRID', axes, seed: 1 } as const;
    const { best, trials } = await tuneRecipe({ training, search });
    expect(best.point).toEqual({ learningRate: 1e-2, rank: 4 });
    expect(trials.map(({ loss }) => loss === Infinity)).toEqual([false, false, true]);
    expect([...read]).toEqual(['train', 'validation']);
    const unknown = { kind: 'GRID', axes: { momentum: [0.9] }, seed: 1 } as const;
    await expect(tuneRecipe({ training, search: unknown })).rejects.toMatchObject({ code: 'TRAINING_OPTION_INVALID' });
  });
});
