import { InvalidOptions, QuotaExceeded } from '../services/problems.js';
import { serviceLimits } from '../services/service-limits.js';
import type { ExperimentInput } from './experiment-input.js';
import { experimentLimits } from './limits.js';
import { countSubsets } from './subsets.js';

/** What can be said of an experiment before anything is looked up: how much it is, and whether its numbers are numbers. */
export function checkExperiment(input: ExperimentInput): InvalidOptions | QuotaExceeded | undefined {
  const { name, modes, strategies, seeds = [0], sizes, subsets, validationExamples, testExamples } = input;
  const tasks = Math.max(0, ...modes.map(({ adapters }) => adapters.length));
  const points = Math.max(0, ...strategies.map((strategy) => strategy.points.length));
  const counted = [
    ['characters of the name', name?.length ?? 0, serviceLimits.nameLength, ['name']],
    ['modes', modes.length, experimentLimits.modes, ['modes']],
    ['tasks', tasks, experimentLimits.tasks, ['modes']],
    ['strategies', strategies.length, experimentLimits.strategies, ['strategies']],
    ['options to choose from', points, experimentLimits.points, ['strategies']],
    ['seeds', seeds.length, experimentLimits.seeds, ['seeds']],
  ] as const;
  for (const [what, got, limit, path] of counted)
    if (got > limit) return new QuotaExceeded(what, got, limit, [...path]);
  const issues: { code: string; message: string; path: (string | number)[] }[] = [];
  const refuse = (message: string, ...path: (string | number)[]): void =>
    void issues.push({ code: 'EXPERIMENT_INVALID', message, path });
  if (modes.length === 0) refuse('There is no mode; give at least one, with an adapter for each task.', 'modes');
  if (strategies.length === 0) refuse('There is no strategy; give at least one.', 'strategies');
  modes.forEach(({ name: mode, adapters }, index) => {
    if (adapters.length < 2)
      refuse(`Mode "${mode}" has ${adapters.length} adapters; a fusion takes 2 or more.`, 'modes', index);
    if (modes.findIndex((other) => other.name === mode) !== index)
      refuse(`Two modes are called "${mode}".`, 'modes', index, 'name');
  });
  strategies.forEach(({ points: own, id }, index) => {
    if (own.length === 0)
      refuse(`Strategy "${id}" has no options to choose from; give at least one.`, 'strategies', index);
  });
  const whole = (value: number, least: number): boolean =>
    Number.isInteger(value) && value >= least && value <= 0x7fffffff;
  seeds.forEach((seed, index) => {
    if (!whole(seed, 0)) refuse(`The seed is ${seed}; give a whole number from 0 to 2147483647.`, 'seeds', index);
    else if (seeds.indexOf(seed) !== index) refuse(`The seed ${seed} is there twice.`, 'seeds', index);
  });
  if (seeds.length === 0) refuse('There is no seed; leave seeds out for seed 0.', 'seeds');
  sizes?.forEach((size, index) => {
    if (!whole(size, 2)) refuse(`The size is ${size}; subsets have 2 tasks or more.`, 'sizes', index);
  });
  subsets?.forEach((subset, index) => {
    if (new Set(subset).size < 2) refuse('A subset has 2 tasks or more.', 'subsets', index);
  });
  if (sizes?.length === 0 || subsets?.length === 0) refuse('There is no subset.', sizes ? 'sizes' : 'subsets');
  if (sizes && subsets) refuse('Give sizes or subsets, not both.', 'subsets');
  for (const [field, value] of Object.entries({ validationExamples, testExamples })) {
    if (value !== undefined && !whole(value, 1))
      refuse(`${field} is ${value}; give a whole number of 1 or more.`, field);
  }
  if (issues.length > 0) return new InvalidOptions(issues);
  const count = subsets?.length ?? countSubsets(tasks, sizes ?? Array.from({ length: tasks - 1 }, (_, i) => i + 2));
  const cells = count * modes.length * strategies.length * seeds.length;
  return cells > experimentLimits.cells
    ? new QuotaExceeded('cells (subsets × strategies × modes × seeds)', cells, experimentLimits.cells, ['sizes'])
    : undefined;
}
