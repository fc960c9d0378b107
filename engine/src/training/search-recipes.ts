import { createKeyedRandom } from '../random/index.js';
import { checkWhole } from './check-options.js';
import { trainingErrors } from './errors.js';
import { trainingLimits } from './limits.js';

/** Values of a setting: a list, or a range to draw from, evenly or evenly in the logarithm. */
export type SearchAxis =
  readonly number[] | { readonly low: number; readonly high: number; readonly scale?: 'LINEAR' | 'LOG' };

/** A point of the space: a value for every axis. */
export type SearchPoint = Readonly<Record<string, number>>;

export interface SearchScore {
  /** On `validation`; the lowest is the best. */
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * - `GRID`: every combination of lists, in their order.
 * - `RANDOM`: `trials` points, drawn independently of each other (Bergstra and Bengio 2012).
 * - `HALVING`: as RANDOM, and of the points the best 1/`reduction` go on to `reduction` times as many steps, until one is left or the steps are
 *   used up (Jamieson and Talwalkar 2016).
 */
export type SearchKind = 'GRID' | 'RANDOM' | 'HALVING';

export interface SearchRecipesOptions {
  readonly kind: SearchKind;
  readonly axes: Readonly<Record<string, SearchAxis>>;
  /** How many points RANDOM and HALVING draw. */
  readonly trials?: number | undefined;
  /** Steps of a full training. HALVING begins with fewer, and ends with these. */
  readonly steps: number;
  /** 3 unless given. */
  readonly reduction?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Trains at a point for so many steps and scores the result on `validation`. */
  evaluate(point: SearchPoint, steps: number): Promise<SearchScore>;
  /** What an earlier, interrupted search found at a point: it is not evaluated again. */
  readonly known?: ((point: SearchPoint, steps: number) => SearchScore | undefined) | undefined;
  readonly onTrial?: ((trial: SearchTrial) => void | Promise<void>) | undefined;
}

export interface SearchTrial extends SearchScore {
  readonly point: SearchPoint;
  readonly steps: number;
}

export interface SearchOutcome {
  /** The point of the lowest validation loss among those that were trained in full; of equal ones the first. */
  readonly best: SearchTrial;
  /** Everything that was trained, in order. */
  readonly trials: readonly SearchTrial[];
}

/**
 * Looks for the settings of a training by their validation loss; `test` has no part in it. The same options give the same points and the same choice.
 *
 * @throws trainingErrors.optionInvalid
 */
export async function searchRecipes(options: SearchRecipesOptions): Promise<SearchOutcome> {
  const { kind, steps, reduction = 3, signal, evaluate, known, onTrial } = options;
  checkWhole('steps', steps, 1, trainingLimits.steps);
  checkWhole('reduction', reduction, 2, 16);
  const points = kind === 'GRID' ? gridPoints(options.axes) : drawPoints(options);
  const trials: SearchTrial[] = [];
  let rung: readonly SearchPoint[] = points;
  let best: SearchTrial | undefined;
  for (const length of kind === 'HALVING' ? rungSteps(points.length, steps, reduction) : [steps]) {
    const scored: SearchTrial[] = [];
    for (const point of rung) {
      signal?.throwIfAborted();
      const trial = { point, steps: length, ...(known?.(point, length) ?? (await evaluate(point, length))) };
      await onTrial?.(trial);
      scored.push(trial);
    }
    trials.push(...scored);
    // Sorting is stable: of equal losses the first point stays ahead. A loss that is no number never wins.
    const ranked = scored.toSorted((x, y) => orderable(x.loss) - orderable(y.loss));
    best = ranked[0]!;
    rung = ranked.slice(0, Math.max(1, Math.ceil(scored.length / reduction))).map(({ point }) => point);
  }
  return { best: best!, trials };
}

const orderable = (loss: number): number => (Number.isNaN(loss) ? Number.MAX_VALUE : Math.min(loss, Number.MAX_VALUE));

/** Steps of each rung, the last the whole; as many rungs as points can be divided, and as steps can be. */
function rungSteps(points: number, steps: number, reduction: number): readonly number[] {
  const rungs = [steps];
  for (let left = points; left > 1 && rungs[0]! >= 2 * reduction; left = Math.ceil(left / reduction)) {
    rungs.unshift(Math.max(1, Math.round(rungs[0]! / reduction)));
  }
  return rungs;
}

function gridPoints(axes: Readonly<Record<string, SearchAxis>>): readonly SearchPoint[] {
  const named = checkedAxes(axes);
  let points: readonly SearchPoint[] = [{}];
  for (const [name, axis] of named) {
    if (!isList(axis)) throw axisInvalid(name, 'a range', 'a list of values, for a grid');
    points = points.flatMap((point) => axis.map((value) => ({ ...point, [name]: value })));
    if (points.length > trainingLimits.trials) throw tooMany(points.length);
  }
  return points;
}

function drawPoints({ axes, trials = 0, seed }: SearchRecipesOptions): readonly SearchPoint[] {
  checkWhole('trials', trials, 1, trainingLimits.trials);
  const named = checkedAxes(axes);
  const random = createKeyedRandom(seed);
  return Array.from({ length: trials }, (_, trial) =>
    Object.fromEntries(
      named.map(([name, axis]) => {
        const u = random.uniform(['search', name, trial], 1)[0]!;
        return [name, isList(axis) ? axis[Math.floor(u * axis.length)]! : between(axis, u)];
      }),
    ),
  );
}

const between = ({ low, high, scale }: Exclude<SearchAxis, readonly number[]>, u: number): number =>
  scale === 'LOG' ? low * (high / low) ** u : low + (high - low) * u;

const isList = (axis: SearchAxis): axis is readonly number[] => Array.isArray(axis);

function checkedAxes(axes: Readonly<Record<string, SearchAxis>>): readonly (readonly [string, SearchAxis])[] {
  const named = Object.entries(axes);
  if (named.length === 0) throw axisInvalid('axes', 'none', 'at least one');
  for (const [name, axis] of named) {
    if (isList(axis)) {
      if (axis.length === 0 || !axis.every(Number.isFinite)) throw axisInvalid(name, `[${axis.join(', ')}]`, 'numbers');
      continue;
    }
    const { low, high, scale } = axis;
    const holds = Number.isFinite(low) && Number.isFinite(high) && low < high && (scale !== 'LOG' || low > 0);
    if (!holds) throw axisInvalid(name, `${low} to ${high}`, scale === 'LOG' ? '0 < low < high' : 'low < high');
  }
  return named;
}

const axisInvalid = (name: string, got: string, expected: string) =>
  trainingErrors.optionInvalid({ option: `axes.${name}`, got, expected });

const tooMany = (count: number) =>
  trainingErrors.optionInvalid({
    option: 'axes',
    got: `${count} points`,
    expected: `at most ${trainingLimits.trials}`,
  });
