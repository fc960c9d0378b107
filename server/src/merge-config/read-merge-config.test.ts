import { describe, expect, it } from 'vitest';
import { mergeConfigLimits } from './limits.js';
import { parseModelReference } from './model-reference.js';
import { readMergeConfig } from './read-merge-config.js';

const minimal = 'merge_method: linear\nmodels:\n  - model: a\n';

describe('a merge configuration', () => {
  it('is read whole: every key and every rule has its place', () => {
    const { config, findings } = readMergeConfig(`
merge_method: ties
base_model: org/base@main
models:
  - model: org/base+org/lora-a@abc
    parameters: { weight: 0.5, density: [0.2, 0.8] }
  - model: { model: { path: org/base }, lora: { path: org/lora-b, revision: r1 } }
    parameters:
      weight:
        - filter: mlp
          value: [0, 1]
        - value: 0.25
parameters:
  normalize: true
dtype: bfloat16
`);
    expect(findings).toEqual([]);
    expect(config!.method).toMatchObject({ name: 'ties', at: { line: 2, column: 15, path: ['merge_method'] } });
    expect(config!.base!.model).toEqual({ text: 'org/base@main', model: 'org/base', revision: 'main' });
    expect(config!.sources.map(({ model }) => model.text)).toEqual([
      'org/base+org/lora-a@abc',
      'org/base+org/lora-b@r1',
    ]);
    expect(config!.sources[0]!.settings.get('density')).toMatchObject([{ value: [0.2, 0.8], at: { line: 6 } }]);
    expect(config!.sources[1]!.settings.get('weight')).toMatchObject([
      { filter: 'mlp', value: [0, 1] },
      { value: 0.25 },
    ]);
    expect(config!.settings.get('normalize')).toMatchObject([{ value: true }]);
    expect(config!.others).toMatchObject([{ key: 'dtype', value: '"bfloat16"' }]);
  });

  it("puts a slice's parameters before those at the top, as mergekit looks them up", () => {
    const { config } = readMergeConfig(`
merge_method: task_arithmetic
base_model: base
parameters: { weight: 1, lambda: 2 }
slices:
  - sources:
      - { model: a, layer_range: [0, 4], parameters: { weight: 3 } }
      - { model: b, layer_range: [0, 4] }
    parameters:
      weight:
        - { filter: attn, value: 2 }
`);
    expect(config!.layers).toMatchObject({ from: 0, to: 4 });
    expect(config!.settings.get('weight')).toMatchObject([{ filter: 'attn', value: 2 }, { value: 1 }]);
    expect(config!.sources[0]!.settings.get('weight')).toMatchObject([{ value: 3 }]);
  });

  it.each([
    ['no method', 'models: [{ model: a }]', 'merge_method is missing'],
    ['no models', 'merge_method: linear', 'exactly one of models, slices, modules; got none'],
    ['models and slices', `${minimal}slices: []\n`, 'got models and slices'],
    ['an empty list of models', 'merge_method: linear\nmodels: []', 'no models are given'],
    ['a model without a name', 'merge_method: linear\nmodels: [{ parameters: {} }]', 'has no "model"'],
    ['an unknown key of a model', 'merge_method: linear\nmodels: [{ model: a, wieght: 1 }]', '"wieght" is no key'],
    [
      'stacked slices',
      'merge_method: passthrough\nslices:\n- sources: [{ model: a, layer_range: [0, 2] }]\n- sources: [{ model: a, layer_range: [1, 3] }]',
      'stack layers',
    ],
    [
      'a slice that begins later',
      'merge_method: linear\nslices:\n- sources: [{ model: a, layer_range: [2, 4] }]',
      'leaves out layers',
    ],
    [
      'sources of different layers',
      'merge_method: linear\nslices:\n- sources: [{ model: a, layer_range: [0, 4] }, { model: b, layer_range: [0, 3] }]',
      'different layers',
    ],
    [
      'a range of text',
      'merge_method: linear\nslices:\n- sources: [{ model: a, layer_range: [x, 4] }]',
      'expected [first, last + 1]',
    ],
    ['two modules', 'merge_method: linear\nmodules: { a: { models: [] }, b: { models: [] } }', 'got a, b'],
    ['a rule without a value', `${minimal}parameters: { weight: [{ filter: mlp }] }`, 'has no value'],
    ['an empty gradient', `${minimal}parameters: { weight: [] }`, 'empty list'],
    ['a map as a value', `${minimal}parameters: { weight: { filter: mlp, value: 1 } }`, 'expected a number'],
  ])('with %s is refused, and the place is named', (_, text, message) => {
    const { config, findings } = readMergeConfig(text);
    expect(config).toBeUndefined();
    expect(findings[0]).toMatchObject({ severity: 'REFUSED', message: expect.stringContaining(message) });
    expect(findings[0]!.line).toBeGreaterThan(0);
  });

  it.each([
    ['broken YAML', 'merge_method: [', /line 1|line 2/],
    ['a key twice', 'merge_method: a\nmerge_method: b', /unique/],
    ['a list at the root', '- a', /expected keys and values/],
    ['an empty text', '', /expected keys and values/],
    ['a method that is a map', 'merge_method: { a: 1 }\nmodels: [{ model: a }]', /expected text/],
  ])('that is %s has no shape at all', (_, text, message) => {
    expect(() => readMergeConfig(text)).toThrowError(expect.objectContaining({ code: 'MERGE_CONFIG_YAML' }));
    expect(() => readMergeConfig(text)).toThrowError(message);
  });

  it.each([
    ['bytes', `# ${'x'.repeat(mergeConfigLimits.bytes)}\n${minimal}`],
    ['models', `merge_method: linear\nmodels: [${'{ model: a }, '.repeat(mergeConfigLimits.models + 1)}]`],
    ['rules', `${minimal}parameters: { weight: [${'{ value: 1 }, '.repeat(mergeConfigLimits.rules + 1)}] }`],
    ['depth', `merge_method: linear\nmodels: ${'['.repeat(40)}${']'.repeat(40)}`],
    [
      'nodes',
      `a: &a [${'x, '.repeat(100)}]\nb: &b [${'*a, '.repeat(100)}]\nc: [${'*b, '.repeat(100)}]\nmerge_method: linear`,
    ],
  ])('beyond the cap on %s is refused', (what, text) => {
    expect(() => readMergeConfig(text)).toThrowError(
      expect.objectContaining({ code: 'MERGE_CONFIG_TOO_LARGE', message: expect.stringContaining(what) }),
    );
  });

  it('does not follow an alias into itself', () => {
    expect(() => readMergeConfig('a: &a [*a]\nmerge_method: linear')).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^MERGE_CONFIG_/) }),
    );
  });
});

describe('a model reference', () => {
  it.each([
    ['org/base', { model: 'org/base' }],
    ['org/base@rev', { model: 'org/base', revision: 'rev' }],
    ['org/base+org/lora', { model: 'org/base', lora: 'org/lora' }],
    ['org/base@r+org/lora@s', { model: 'org/base', revision: 'r', lora: 'org/lora', loraRevision: 's' }],
    ['/a/b@', { model: '/a/b', revision: '' }],
  ])('%s', (text, parts) => {
    expect(parseModelReference(text)).toEqual({ text, ...parts });
  });
});
