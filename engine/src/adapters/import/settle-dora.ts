import { adapterErrors } from '../errors.js';
import { layoutFields, storedParameter } from '../module-layout.js';
import { adapterLimits } from '../limits.js';
import type { DoraChoice } from './inspect-adapter.js';
import type { PeftInput } from './interpret-peft.js';
import { withIdentity } from './interpret-whole.js';
import { changeOf } from './parameter-change.js';
import type { SourceModule } from './source-module.js';

/**
 * DoRA's modules as what was asked for: a blocker, or W′ - W through the base as updates of full rank, with one factor the identity. The modules without
 * magnitudes stay as they are.
 */
export function settleDora(
  modules: readonly SourceModule[],
  input: PeftInput,
  choice: DoraChoice,
): readonly SourceModule[] {
  const { settings, base, findings } = input;
  const scaled = modules.filter(({ magnitude }) => magnitude !== undefined);
  if (!settings.facts.dora && scaled.length === 0) return modules;
  const subject = settings.facts.dora ? 'use_dora' : scaled[0]!.info.name;
  if (choice === 'REFUSE' || base === undefined) {
    const reason =
      'W′ = m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by rows is no low-rank update: two such adapters have no exact sum without the base';
    findings.block('DORA', subject, reason);
    return modules;
  }
  if (settings.facts.dora && scaled.length === 0) {
    findings.block('MODULE_INVALID', subject, 'the configuration says DoRA, and the file has no magnitudes');
  }
  findings.notice('DORA_APPLIED', `${scaled.length} modules hold W′ - W of full rank`, subject);
  return modules.flatMap((module) => (module.magnitude === undefined ? [module] : applied(module, input)));
}

function applied(module: SourceModule, { source, base, findings }: PeftInput): readonly SourceModule[] {
  const { info, magnitude } = module;
  const { inFeatures, outFeatures } = info;
  const rank = Math.min(inFeatures, outFeatures);
  if (rank > adapterLimits.fullUpdateRank || inFeatures * outFeatures > adapterLimits.fullUpdateElements) {
    const reason = `its update has rank ${rank} and ${inFeatures * outFeatures} entries; up to rank ${adapterLimits.fullUpdateRank} and ${adapterLimits.fullUpdateElements} entries are taken into an adapter`;
    findings.block('FULL_UPDATE_TOO_LARGE', info.name, reason);
    return [];
  }
  const stored = storedParameter(info);
  const found = base!.find(stored.name)?.info;
  if (found === undefined || String(found.shape) !== String(stored.shape)) {
    findings.block('BASE_DIFFERS', info.name, `the base has no ${stored.name} of shape [${stored.shape.join(', ')}]`);
    return [];
  }
  if (source.info(magnitude!).size !== outFeatures) {
    findings.block(
      'MODULE_INVALID',
      info.name,
      `it has ${source.info(magnitude!).size} magnitudes for ${outFeatures} rows`,
    );
    return [];
  }
  const { kernel } = info;
  const layout = layoutFields({ ...info, ...(kernel !== undefined && { kernel }) });
  const { name } = info;
  return [
    {
      ...module,
      kind: 'FULL',
      info: { name, inFeatures, outFeatures, rank, scale: 1, ...layout },
      async readFactors() {
        const delta = await changeOf(module, { source, base: { source: base!.source, name: found.name } }, 'MAP');
        if (delta.some((value) => !Number.isFinite(value))) {
          throw adapterErrors.notFinite({ file: source.path, tensor: magnitude!, position: 0, got: Number.NaN });
        }
        return withIdentity(delta, info);
      },
    },
  ];
}
