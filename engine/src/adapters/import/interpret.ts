import { isCrucibleError } from '../../errors/index.js';
import { parseStrictJson, type OpenSafetensorsOptions } from '../../tensors/index.js';
import type { BaseWeights } from './base-weights.js';
import { Findings } from './blockers.js';
import { interpretCrucible } from './interpret-crucible.js';
import { interpretDiffusion, isDiffusion } from './interpret-diffusion.js';
import { interpretPeft } from './interpret-peft.js';
import { PEFT_CONFIG, type AdapterSource } from './open-source.js';
import { parsePeftSettings, type PeftSettings } from './peft-settings.js';
import { NO_FACTS, type Interpretation } from './source-module.js';

/** Reads the files of an adapter in the dialect that they speak. Never throws for what is readable but cannot be taken: that becomes blockers. */
export async function interpret(
  source: AdapterSource,
  base: BaseWeights | undefined,
  options: OpenSafetensorsOptions = {},
): Promise<Interpretation> {
  const findings = new Findings();
  const nothing = { base: {}, targets: [], facts: NO_FACTS, modules: [] } as const;
  const settings = source.config === undefined ? undefined : readSettings(source.config, findings);
  const { weights } = source;
  if (weights === undefined) {
    const reason = 'opening a pickle runs whatever code is in it, so it is never read';
    findings.block('PICKLED', source.pickled ?? source.path, reason);
    return finish({ dialect: 'PEFT', ...nothing, ...(settings !== undefined && about(settings)) }, findings);
  }
  if (source.config === undefined && source.metadata.has('crucible')) {
    return finish({ dialect: 'CRUCIBLE', ...nothing, ...(await interpretCrucible(weights.path, options)) }, findings);
  }
  if (source.config === undefined && isDiffusion([...weights.tensors.keys()])) {
    return finish(await interpretDiffusion({ source: weights, metadata: source.metadata, base, findings }), findings);
  }
  if (source.config === undefined) {
    findings.block('CONFIG_MISSING', PEFT_CONFIG, 'the file has PEFT’s names but nothing says its scale');
  }
  if (settings === undefined) return finish({ dialect: 'PEFT', ...nothing }, findings);
  const modules = await interpretPeft({ source: weights, settings, base, findings });
  checkDora(settings, modules, findings);
  return finish({ dialect: 'PEFT', ...about(settings), modules }, findings);
}

function readSettings(config: Uint8Array, findings: Findings): PeftSettings | undefined {
  try {
    return parsePeftSettings(parseStrictJson(PEFT_CONFIG, config), findings);
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    findings.block('CONFIG_INVALID', PEFT_CONFIG, error.message);
    return undefined;
  }
}

const about = ({ base, targetModules, facts }: PeftSettings) => ({
  base,
  targets: typeof targetModules === 'string' ? [targetModules] : [...targetModules].sort(),
  facts,
});

function checkDora(settings: PeftSettings, modules: Interpretation['modules'], findings: Findings): void {
  const scaled = modules.filter(({ magnitude }) => magnitude !== undefined);
  if (!settings.facts.dora && scaled.length === 0) return;
  const reason =
    'W′ = m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by rows is no low-rank update: two such adapters have no exact sum without the base';
  findings.block('DORA', settings.facts.dora ? 'use_dora' : scaled[0]!.info.name, reason);
}

function finish(read: Omit<Interpretation, 'notices' | 'blockers'>, findings: Findings): Interpretation {
  if (read.modules.length === 0 && findings.blockers.length === 0) {
    findings.block('WITHOUT_MODULES', 'the file', 'it holds no update of any layer');
  }
  return { ...read, notices: findings.notices, blockers: findings.blockers };
}
