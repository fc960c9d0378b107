import { describe, expect, it } from 'vitest';
import { readMergeConfig } from './read-merge-config.js';
import { translateMergeConfig } from './translate-merge-config.js';

const translate = (text: string) => {
  const { config, findings } = readMergeConfig(text);
  expect(findings).toEqual([]);
  return translateMergeConfig(config!);
};
const two = (method: string, rest = ''): string => `
merge_method: ${method}
base_model: base
models:
  - { model: base+a, parameters: { weight: 0.5 } }
  - { model: base+b, parameters: { weight: 2 } }
${rest}`;

describe('a merge configuration in Crucible’s terms', () => {
  it('keeps weights, leaves the base out, and takes what all models share as an option', () => {
    const { translation, findings } = translate(`
merge_method: ties
base_model: base
models:
  - model: base
  - { model: base+a, parameters: { weight: 0.5 } }
  - { model: base+b, parameters: { weight: 2 } }
parameters: { density: 0.2, normalize: true, lambda: 0.7 }
`);
    expect(findings).toEqual([]);
    expect(translation).toMatchObject({
      strategy: 'ties',
      options: { preset: 'MERGEKIT', density: 0.2, lambda: 0.7, merge: 'MEAN', divisor: 'WEIGHTS' },
      schedules: [],
      members: [
        { reference: 'base+a', name: 'a', weight: 0.5 },
        { reference: 'base+b', name: 'b', weight: 2 },
      ],
    });
  });

  it("fills in mergekit's defaults where ours are others: TIES without a density trims nothing", () => {
    expect(translate(two('ties')).translation!.options).toMatchObject({ density: 1 });
    expect(translate(two('breadcrumbs')).translation!.options).toMatchObject({ density: 1, gamma: 0.01 });
  });

  it('makes schedules of what differs by model, by filter and by depth, in the order in which the first match wins', () => {
    const { translation, findings } = translate(`
merge_method: dare_ties
base_model: base
models:
  - model: base+a
    parameters:
      density: 0.3
      weight:
        - { filter: mlp, value: [0, 0.5, 1] }
        - { filter: q_proj.weight, value: 0.25 }
        - { value: 0.75 }
        - { filter: never, value: 9 }
  - model: base+b
    parameters: { density: [0.2, 0.8] }
parameters:
  weight: 1
`);
    expect(findings).toEqual([]);
    expect(translation!.members.map(({ weight }) => weight)).toEqual([0.75, 1]);
    expect(translation!.schedules).toEqual([
      { parameter: 'weight', member: 0, modules: '*mlp*', values: [0, 0.5, 1] },
      { parameter: 'weight', member: 0, modules: '*q_proj', values: [0.25] },
      { parameter: 'weight', member: 0, values: [0.75] },
      { parameter: 'density', member: 0, values: [0.3] },
      { parameter: 'density', member: 1, values: [0.2, 0.8] },
    ]);
  });

  it('says of every key what becomes of it', () => {
    const { translation, findings } = translate(
      two('task_arithmetic', 'dtype: bfloat16\ntokenizer_source: union\nparameters: { int8_mask: true, lamda: 2 }'),
    );
    expect(translation).toBeDefined();
    expect(findings.map(({ severity, path }) => [severity, path.join('.')])).toEqual([
      ['IGNORED', 'dtype'],
      ['IGNORED', 'tokenizer_source'],
      ['IGNORED', 'parameters.int8_mask'],
      ['IGNORED', 'parameters.lamda'],
    ]);
    expect(findings.at(-1)!.message).toContain('mergekit passes over it in silence');
  });

  it.each([
    ['an unknown method', two('tiez'), 'there is no such method'],
    ['layers stacked', two('passthrough'), 'stacks layers'],
    ['an unknown key', two('ties', 'merge_mode: x'), '"merge_mode" is no key'],
    ['new embeddings', two('ties', 'tokenizer: { tokens: { "<x>": { source: base } } }'), 'rewrites embeddings'],
    ['a linear sum that scales the base', two('linear', 'parameters: { normalize: false }'), 'multiplied by the sum'],
    ['a flag by tensor', two('ties', 'parameters: { normalize: [{ filter: mlp, value: true }] }'), 'one value'],
    ['a flag that is none', two('ties', 'parameters: { normalize: maybe }'), 'expected true or false'],
    ['a filter with a star', two('ties', 'parameters: { density: [{ filter: "mlp*", value: 0.5 }] }'), 'has a *'],
    ['a word for a number', two('ties', 'parameters: { lambda: much }'), 'expected finite numbers'],
    ['a missing base', 'merge_method: ties\nmodels: [{ model: a, parameters: { weight: 1 } }]', 'needs a base_model'],
    ['a missing weight', 'merge_method: ties\nbase_model: b\nmodels: [{ model: a }]', 'weight: it is missing for a'],
    ['nothing but the base', 'merge_method: ties\nbase_model: b\nmodels: [{ model: b }]', 'beside the base'],
  ])('%s is refused, in words', (_, text, message) => {
    const { translation, findings } = translate(text);
    expect(translation).toBeUndefined();
    const refused = findings.filter(({ severity }) => severity === 'REFUSED');
    expect(refused.map((finding) => finding.message).join('\n')).toContain(message);
  });

  it('passes over filters of tensors that no adapter changes, and says so', () => {
    const { translation, findings } = translate(
      two('ties', 'parameters: { density: [{ filter: input_layernorm, value: 1 }, { value: 0.4 }] }'),
    );
    expect(translation!.options).toMatchObject({ density: 0.4 });
    expect(findings).toMatchObject([
      { severity: 'IGNORED', message: expect.stringContaining('adapters do not change') },
    ]);
  });
});
