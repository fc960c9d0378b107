import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../tensors/index.js';
import { Findings } from './blockers.js';
import { parsePeftSettings } from './peft-settings.js';

function settingsOf(change: Readonly<Record<string, unknown>>) {
  const findings = new Findings();
  const config = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q_proj'], ...change };
  const json = parseStrictJson('adapter_config.json', new TextEncoder().encode(JSON.stringify(config)));
  const settings = parsePeftSettings(json, findings);
  return { settings, blockers: findings.blockers.map(({ code, subject }) => [code, subject]) };
}

describe('settings of PEFT', () => {
  // Python takes each of these for true, also "false": PEFT would scale by √r.
  it.each(['use_rslora', 'use_dora', 'fan_in_fan_out', 'lora_bias'])('refuse a %s that is no boolean', (key) => {
    for (const value of ['true', 'false', 1, {}, []]) {
      expect(settingsOf({ [key]: value }).blockers).toEqual([['CONFIG_INVALID', key]]);
    }
    for (const value of [true, false, null]) expect(settingsOf({ [key]: value }).blockers).toEqual([]);
  });

  it('refuse a name that no database can keep', () => {
    const { blockers } = settingsOf({ base_model_name_or_path: 'a\0b', revision: 'main' });
    expect(blockers).toEqual([['CONFIG_INVALID', 'base_model_name_or_path']]);
  });
});
