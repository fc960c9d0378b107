import { sameLayout } from '../module-layout.js';
import type { AdapterBlocker } from './inspection.js';
import type { Interpretation, SourceModule } from './source-module.js';

/** Starts that take s·B₀·A₀ out of the base, so that base and fresh factors are the stock model. LoftQ's base is quantized besides, and is none of them. */
const SUBTRACTED = /^(?:pissa|olora|corda|lora_ga)/;
const REMEDY = 'Choose the adapter as it was saved before its first step, by the same script';

/**
 * The update against the stock base of an adapter whose start changed it (PiSSA, OLoRA, CorDA, LoRA-GA): the base was W - s·B₀·A₀, so that the trained
 * model is W + s·(B·A - B₀·A₀), exactly, at the sum of the ranks. PEFT's `path_initial_model_for_weight_conversion` does the same.
 *
 * @param start the adapter before training, which nobody can compute from the trained one.
 */
export function subtractStart(trained: Interpretation, start: Interpretation): Interpretation {
  const blockers: AdapterBlocker[] = [];
  const block = (code: AdapterBlocker['code'], subject: string, reason: string): void =>
    void blockers.push({ code, subject, reason, remedy: REMEDY });
  const initialization = trained.facts.initialization ?? 'true';
  if (!SUBTRACTED.test(initialization)) {
    block('BASE_DIFFERS', 'init_lora_weights', `a start "${initialization}" took nothing out of the base`);
    return { ...trained, blockers: [...trained.blockers, ...blockers] };
  }
  const kept = (list: Interpretation['blockers']) => list.filter(({ code }) => code !== 'BASE_CHANGED');
  const starts = new Map(start.modules.map((module) => [module.info.name, module]));
  const modules = trained.modules.map((module) => {
    const { info, kind } = module;
    const before = starts.get(info.name);
    starts.delete(info.name);
    if (kind !== 'LORA') return module;
    if (before === undefined) {
      block('BASE_DIFFERS', info.name, 'the start has no such layer');
      return module;
    }
    const { inFeatures, outFeatures } = before.info;
    if (inFeatures === info.inFeatures && outFeatures === info.outFeatures && sameLayout(info, before.info)) {
      return difference(module, before);
    }
    block('BASE_DIFFERS', info.name, 'the start has another shape there');
    return module;
  });
  for (const [name, { kind }] of starts) {
    if (kind === 'LORA') block('BASE_DIFFERS', name, 'the start has a layer that the trained adapter lacks');
  }
  return {
    ...trained,
    modules,
    notices: [
      ...trained.notices,
      {
        code: 'START_SUBTRACTED',
        message: `the start "${initialization}" was taken away from ${modules.length} layers`,
      },
    ],
    blockers: [...kept(trained.blockers), ...kept(start.blockers), ...blockers],
  };
}

/** s·B·A - s₀·B₀·A₀ = s·[B, -(s₀/s)·B₀]·[A; A₀]. */
function difference(module: SourceModule, before: SourceModule): SourceModule {
  const { info } = module;
  const { outFeatures } = info;
  const { scale } = info.scale === 0 ? { scale: 1 } : info;
  const ranks = [info.rank, before.info.rank] as const;
  const rank = ranks[0] + ranks[1];
  return {
    ...module,
    info: { ...info, rank, scale },
    async readFactors() {
      const [after, start] = [await module.readFactors(), await before.readFactors()];
      const a = new Float32Array(after.a.length + start.a.length);
      a.set(after.a);
      a.set(start.a, after.a.length);
      const b = new Float32Array(outFeatures * rank);
      for (let i = 0; i < outFeatures; i += 1) {
        for (let k = 0; k < ranks[0]; k += 1) b[i * rank + k] = (info.scale / scale) * after.b[i * ranks[0] + k]!;
        for (let k = 0; k < ranks[1]; k += 1) {
          b[i * rank + ranks[0] + k] = -(before.info.scale / scale) * start.b[i * ranks[1] + k]!;
        }
      }
      return { a, b };
    },
  };
}
