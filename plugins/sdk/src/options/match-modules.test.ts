import { describe, expect, it } from 'vitest';
import { matchModules } from './match-modules.js';

describe('matchModules', () => {
  it.each([
    ['*', 'model.layers.0.mlp.up_proj', true],
    ['model.layers.0.mlp.up_proj', 'model.layers.0.mlp.up_proj', true],
    ['layers.0.mlp.up_proj', 'model.layers.0.mlp.up_proj', false],
    ['*.mlp.*', 'model.layers.0.mlp.up_proj', true],
    ['*.mlp.*', 'model.layers.0.self_attn.q_proj', false],
    // A dot is a dot: layer 1 is not layer 10, and not "layersX1".
    ['*.layers.1.*', 'model.layers.1.mlp', true],
    ['*.layers.1.*', 'model.layers.10.mlp', false],
    ['*.layers.1.*', 'model.layersX1.mlp', false],
    ['*mlp*', 'model.layers.0.mlp.up_proj', true],
    ['*_proj', 'a.q_proj', true],
    ['*_proj', 'a.q_proj.b', false],
    ['a*b*a', 'aba', true],
    ['a*a', 'a', false],
    ['**', '', true],
    ['*a*', 'b', false],
    ['a*', 'ab', true],
    ['(x+)+$', '(x+)+$', true],
  ])('%s on %s: %s', (pattern, module, expected) => {
    expect(matchModules(pattern)(module)).toBe(expected);
  });

  it('takes a pattern of many stars in its stride', () => {
    const matches = matchModules(`${'*a'.repeat(250)}b`);
    expect(matches('a'.repeat(500))).toBe(false);
  });
});
