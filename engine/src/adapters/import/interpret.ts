import { isCrucibleError } from '../../errors/index.js';
import { parseStrictJson, type OpenSafetensorsOptions } from '../../tensors/index.js';
import { adapterLimits } from '../limits.js';
import type { BaseWeights } from './base-weights.js';
import { Findings } from './blockers.js';
import type { DoraChoice } from './inspect-adapter.js';
import { interpretCrucible } from './interpret-crucible.js';
import { interpretDiffusion, isDiffusion } from './interpret-diffusion.js';
import { interpretPeft } from './interpret-peft.js';
import { PEFT_CONFIG, type AdapterSource } from './open-source.js';
import { parsePeftSettings, type PeftSettings } from './peft-settings.js';
import { settleDora } from './settle-dora.js';
import { NO_FACTS, type Interpretation } from './source-module.js';

export interface InterpretOptions extends OpenSafetensorsOptions {
  readonly dora?: DoraChoice;
  readonly changedBase?: boolean;
  /** Of the base that the adapter shall belong to: a file of ours says its own. */
  readonly baseDigest?: string;
}

/** Reads the files of an adapter in the dialect that they speak. Never throws for what is readable but cannot be taken: that becomes blockers. */
export async function interpret(
  source: AdapterSource,
  base: BaseWeights | undefined,
  options: InterpretOptions = {},
): Promise<Interpretation> {
  const findings = new Findings(options.changedBase === true ? ['BASE_CHANGED'] : []);
  const nothing = { base: {}, targets: [], facts: NO_FACTS, modules: [] } as const;
  const settings = source.config === undefined ? undefined : readSettings(source.config, findings);
  const { weights } = source;
  if (weights === undefined) {
    const reason = 'opening a pickle runs whatever code is in it, so it is never read';
    findings.block('PICKLED', source.pickled ?? source.path, reason);
    return finish({ dialect: 'PEFT', ...nothing, ...(settings !== undefined && about(settings)) }, findings, options);
  }
  if (source.config === undefined && source.metadata.has('crucible')) {
    const own = await interpretCrucible(weights.path, options);
    const { baseDigest } = own.manifest;
    if (options.baseDigest !== undefined && options.baseDigest !== baseDigest) {
      const reason = `it belongs to the base with digest ${baseDigest}, the base given has ${options.baseDigest}`;
      findings.block('BASE_DIFFERS', own.manifest.name, reason);
    }
    return finish({ dialect: 'CRUCIBLE', ...nothing, ...own }, findings, options);
  }
  if (source.config === undefined && isDiffusion([...weights.tensors.keys()])) {
    const read = await interpretDiffusion({ source: weights, metadata: source.metadata, base, findings });
    return finish(read, findings, options);
  }
  if (source.config === undefined) {
    findings.block('CONFIG_MISSING', PEFT_CONFIG, 'the file has PEFT’s names but nothing says its scale');
  }
  if (settings === undefined) return finish({ dialect: 'PEFT', ...nothing }, findings, options);
  const modules = await interpretPeft({ source: weights, settings, base, findings });
  const plain = settleDora(modules, { source: weights, settings, base, findings }, options.dora ?? 'REFUSE');
  return finish({ dialect: 'PEFT', ...about(settings), modules: plain }, findings, options);
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

function finish(
  read: Omit<Interpretation, 'notices' | 'blockers'>,
  findings: Findings,
  { baseDigest }: InterpretOptions,
): Interpretation {
  if (read.dialect !== 'CRUCIBLE' && read.base.name === undefined && baseDigest === undefined) {
    const message =
      'its files name no base, so nothing tells which other adapters it belongs with: it can be fused with none until it is imported with its base';
    findings.notice('BASE_UNNAMED', message);
  }
  for (const { info } of read.modules) {
    if (Math.abs(info.scale) <= adapterLimits.scale) continue;
    findings.block('MODULE_INVALID', info.name, `its scale ${info.scale} is above ${adapterLimits.scale}`);
  }
  if (read.modules.length === 0 && findings.blockers.length === 0) {
    findings.block('WITHOUT_MODULES', 'the file', 'it holds no update of any layer');
  }
  return { ...read, notices: findings.notices, blockers: findings.blockers };
}
