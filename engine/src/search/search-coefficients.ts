import { CmaEs, type Tried } from './cma-es.js';
import { reflect } from './reflect.js';

export interface SearchSettings {
  readonly start: readonly number[];
  readonly sigma: number;
  /** Every coordinate stays in [-bound, bound]. */
  readonly bound: number;
  /** Number of evaluations: exactly so many are made. */
  readonly budget: number;
  /** Standard normal numbers of a generation. */
  readonly normals: (generation: number, count: number) => ArrayLike<number>;
  readonly signal: AbortSignal;
}

/**
 * Minimizes within a budget: the start is evaluated first, generations of CMA-ES follow, and the last evaluation goes to the mean of the search
 * distribution, which is usually better than any point drawn around it. Returns the best point that was evaluated, the earlier one of equals.
 */
export async function searchCoefficients(
  evaluate: (point: readonly number[], index: number) => Promise<number>,
  settings: SearchSettings,
): Promise<Tried> {
  const { start, sigma, bound, budget, normals, signal } = settings;
  const inside = (point: readonly number[]): readonly number[] => point.map((x) => reflect(x, bound));
  const origin = inside(start);
  const strategy = new CmaEs(origin, sigma);
  const history: Tried[] = [];
  const attempt = async (point: readonly number[]): Promise<Tried> => {
    signal.throwIfAborted();
    const tried = { point, value: await evaluate(point, history.length) };
    history.push(tried);
    return tried;
  };

  await attempt(origin);
  const { population, weights } = strategy.parameters;
  for (let generation = 0; history.length < budget; generation += 1) {
    const room = budget - history.length - 1;
    const points = strategy.ask(normals(generation, population * start.length)).slice(0, room);
    const tried: Tried[] = [];
    for (const point of points) tried.push(await attempt(inside(point)));
    // A generation that the budget cut short is learnt from too, when enough of it was seen to rank.
    if (tried.length > weights.length) strategy.tell(tried);
    if (history.length === budget - 1) await attempt(inside(strategy.mean));
  }
  return history.reduce((best, tried) => (tried.value < best.value ? tried : best));
}
