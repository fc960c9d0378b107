import { matchTargets } from '../models/index.js';
import { trainingErrors } from './errors.js';
import type { LearningProblem } from './learning-problem.js';

const ALL = 'all';
const ALL_LINEAR = 'all-linear';

/** The module that a parameter belongs to; a bare vector is its own. */
export const moduleOf = (parameter: string): string => parameter.replace(/\.(?:weight|bias)$/, '');

/**
 * The parameters of the base that targets name, in the base's order: with a module come its weight and its bias. A target is read as `matchTargets`
 * reads it, over all modules; `all-linear` are the linear layers of the encoder, `all` is every parameter.
 *
 * @throws modelErrors.targetsUnmatched, trainingErrors.optionInvalid
 */
export function chooseParameters(
  { parameters, linearLayers }: Pick<LearningProblem, 'parameters' | 'linearLayers'>,
  targets: readonly string[],
): readonly string[] {
  const modules = new Set([...parameters.keys()].map(moduleOf));
  const chosen = new Set<string>(targets.length === 0 ? matchTargets(modules, []) : []);
  for (const target of targets) {
    const from = target === ALL_LINEAR ? linearLayers.keys() : modules;
    for (const module of target === ALL ? modules : matchTargets(from, [target])) chosen.add(module);
  }
  const names = [...parameters.keys()].filter((name) => chosen.has(moduleOf(name)));
  const odd = names.find((name) => {
    const dimensions = parameters.get(name)!.shape.length;
    return dimensions > 1 && (!name.endsWith('.weight') || dimensions === 3 || dimensions > 4);
  });
  if (odd === undefined) return names;
  const got = `${odd} of shape [${parameters.get(odd)!.shape.join(', ')}]`;
  throw trainingErrors.optionInvalid({ option: 'targetModules', got, expected: 'vectors, matrices and 2-D kernels' });
}
