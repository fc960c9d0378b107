import { initializeVisionModel, type ParameterMap, type VisionConfig } from '@crucible/engine/models';
import { createKeyedRandom } from '@crucible/engine/random';

/**
 * Random weights that learn from the first step: every matrix keeps the size of what it gets (deviation 1/√in), and those that add to the residual stream
 * are 1/√(2·layers) of that. From CLIP's own initialization, which is made for wide towers and long training, this small one stood still for 200 steps.
 */
export function initializeBase(config: VisionConfig, seed: number): ParameterMap {
  const random = createKeyedRandom(seed);
  const residual = 1 / Math.sqrt(2 * config.layers);
  const parameters = initializeVisionModel(config, seed);
  for (const [name, { shape, values }] of parameters) {
    const deviation = deviationOf(name, shape, residual);
    if (deviation === undefined) continue;
    values.set(random.normal(['initialize base', name], values.length).map((value) => value * deviation));
  }
  return parameters;
}

/** Undefined for norms and biases, which stay as they are. */
function deviationOf(name: string, shape: readonly number[], residual: number): number | undefined {
  if (name.endsWith('.bias') || /norm\d?\.weight$/.test(name)) return undefined;
  if (name.endsWith('class_embedding')) return 0.02;
  if (name.includes('position_embedding')) return 0.2;
  const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
  return (/(fc2|out_proj)\.weight$/.test(name) ? residual : 1) / Math.sqrt(fanIn);
}
