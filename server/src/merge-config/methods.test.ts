import { fileURLToPath } from 'node:url';
import { checkOptions } from '@crucible/sdk';
import { loadPlugins, type PluginRegistry } from '@crucible/sdk/host';
import { beforeAll, describe, expect, it } from 'vitest';
import { METHODS, NOT_DONE } from './methods.js';
import { readMergeConfig } from './read-merge-config.js';
import { translateMergeConfig } from './translate-merge-config.js';

let registry: PluginRegistry;
beforeAll(async () => {
  registry = await loadPlugins({ root: fileURLToPath(new URL('../../', import.meta.url)) });
});

const translate = (method: string, parameters: string, model = '{ weight: 0.5 }') => {
  const { config } = readMergeConfig(`
merge_method: ${method}
base_model: base
models:
  - { model: base+a, parameters: ${model} }
  - { model: base+b, parameters: { weight: 2 } }
parameters: ${parameters}
`);
  return translateMergeConfig(config!);
};

/** Parameters of each method away from their defaults, as mergekit's users write them. */
const examples: Readonly<Record<string, string>> = {
  linear: '{ normalize: true }',
  task_arithmetic: '{ lambda: 0.4, normalize: false }',
  ties: '{ density: 0.3, normalize: false, lambda: 1.5, int8_mask: true }',
  dare_linear: '{ density: 0.3, normalize: true, rescale: false }',
  dare_ties: '{ density: 0.3, normalize: true, rescale: true, lambda: 2 }',
  breadcrumbs: '{ density: 0.9, gamma: 0.02, rescale: false }',
  breadcrumbs_ties: '{ density: 0.9, gamma: 0.02, normalize: true }',
  della: '{ density: 0.6, epsilon: 0.1, normalize: false }',
  della_linear: '{ density: 0.6, epsilon: 0.1, rescale: false }',
  slerp: '{ t: 0.25 }',
  nuslerp: '{ nuslerp_flatten: false }',
  multislerp: '{ normalize_weights: false, eps: 0.000001 }',
  karcher: '{ max_iter: 20, tol: 0.001 }',
  model_stock: '{ filter_wise: true }',
  sce: '{ select_topk: 0.4, int8_mask: false }',
  nearswap: '{ t: 0.001 }',
  ram: '{ epsilon: 0.0001 }',
  ramplus_tl: '{ epsilon: 0.0001, r: 0.2, alpha: 0.3 }',
};

describe('the table of methods', () => {
  it('has an example of each method', () => {
    expect(Object.keys(examples).toSorted()).toEqual([...METHODS.keys()].toSorted());
    expect([...NOT_DONE.keys()].filter((name) => METHODS.has(name))).toEqual([]);
  });

  it.each([...METHODS.keys()])('%s: what it becomes is taken by the strategy, plain and with parameters', (method) => {
    for (const parameters of ['{}', examples[method]!]) {
      const { translation, findings } = translate(method, parameters);
      expect(findings.filter(({ severity }) => severity === 'REFUSED')).toEqual([]);
      const installed = registry.strategies.get(translation!.strategy);
      expect(registry.strategies.keys()).toContain(translation!.strategy);
      expect(checkOptions(installed!.strategy, translation!.options)).toMatchObject({ ok: true });
      for (const name of Object.keys(translation!.options)) {
        expect(Object.keys(installed!.strategy.options.shape)).toContain(name);
      }
    }
  });

  it.each([
    ['{}', undefined],
    ['{ nuslerp_flatten: true, nuslerp_row_wise: true }', 'TENSOR'],
    ['{ nuslerp_row_wise: true }', undefined],
    ['{ nuslerp_flatten: false }', 'ROWS'],
    // What mergekit calls rows it takes over columns: the golden case nuslerp-row-wise of plugins/slerp.
    ['{ nuslerp_flatten: false, nuslerp_row_wise: true }', 'COLUMNS'],
    ['{ nuslerp_row_wise: 1, nuslerp_flatten: 0 }', 'COLUMNS'],
  ])('nuslerp %s is along %s', (parameters, along) => {
    const { translation, findings } = translate('nuslerp', parameters);
    expect(findings.filter(({ severity }) => severity === 'REFUSED')).toEqual([]);
    expect(translation!.options['along']).toBe(along);
  });

  it.each(
    [...METHODS].flatMap(([method, { perModel }]) => Object.keys(perModel).map((name) => [method, name] as const)),
  )('%s: %s may vary by model and depth', (method, name) => {
    const { translation } = translate(
      method,
      '{}',
      `{ weight: 0.5, ${name}: [0.4, 0.6] }`.replace(/weight: 0\.5, (?=weight)/, ''),
    );
    const { strategy } = registry.strategies.get(translation!.strategy)!;
    const schedules = translation!.schedules.map(({ member, ...rest }) => ({ ...rest, adapter: member }));
    expect(schedules).toContainEqual(expect.objectContaining({ adapter: 0, values: [0.4, 0.6] }));
    expect(checkOptions(strategy, { ...translation!.options, schedules })).toMatchObject({ ok: true });
  });
});
