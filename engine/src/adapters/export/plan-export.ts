import type { AdapterModuleInfo } from '../adapter.js';
import { commonest } from '../commonest.js';
import { adapterErrors } from '../errors.js';
import type { ExportPeftOptions, ExportRanks } from './peft-export.js';

/** A layer as it will stand in the file. */
export interface ExportedLayer {
  readonly info: AdapterModuleInfo;
  /** Rank of the update: the module's own, or the cap. */
  readonly kept: number;
  /** Rank of the stored factors: `kept`, or more for zeros. */
  readonly rank: number;
  readonly scale: number;
  /** The bias of the same layer, which PEFT keeps as the bias of B. */
  readonly bias?: AdapterModuleInfo;
}

export interface ExportPlan {
  readonly layers: readonly ExportedLayer[];
  readonly rank: number;
  readonly scale: number;
  readonly ranks: ExportRanks;
  readonly withBias: boolean;
}

/**
 * Which modules go into one layer of the file, and with which rank and scale. A bias goes with the factors of its layer; what PEFT has no form for is
 * refused with the module's name: a vector whose layer has no factors, and biases beside embeddings.
 */
export function planExport(
  file: string,
  modules: ReadonlyMap<string, AdapterModuleInfo>,
  { maxRank, ranks = 'UNIFORM' }: Pick<ExportPeftOptions, 'maxRank' | 'ranks'>,
): ExportPlan {
  const all = [...modules.values()];
  const weights = all.filter(({ layout }) => layout !== 'VECTOR');
  const biases = new Map<string, AdapterModuleInfo>();
  for (const info of all.filter(({ layout }) => layout === 'VECTOR')) {
    const layer = info.parameter === 'BIAS' ? info.name.replace(/\.[^.]+$/, '') : info.name;
    const owner = modules.get(layer);
    const refuse = (reason: string): Error => adapterErrors.exportUnsupported({ file, module: info.name, reason });
    if (info.parameter !== 'BIAS' || owner === undefined || owner.layout === 'VECTOR') {
      throw refuse(
        'it is a vector of the base without factors on its layer; PEFT stores such only whole, with the base',
      );
    }
    if (weights.some(({ layout }) => layout === 'EMBEDDING')) {
      throw refuse('PEFT has no biases (lora_bias) in an adapter with embeddings');
    }
    biases.set(owner.name, info);
  }
  const kept = (info: AdapterModuleInfo): number => Math.min(info.rank, maxRank ?? info.rank);
  const uniform = ranks === 'UNIFORM';
  const highest = weights.reduce((most, info) => Math.max(most, kept(info)), 0);
  const scales = weights.map(({ scale }) => scale).filter((scale) => scale !== 0);
  const usual = scales.length === 0 ? 1 : commonest(scales);
  return {
    layers: weights.map((info) => {
      const bias = biases.get(info.name);
      return {
        info,
        kept: kept(info),
        rank: uniform ? highest : kept(info),
        // A scale of zero would make a bias vanish; the zeros go into B.
        scale: uniform || info.scale === 0 ? usual : info.scale,
        ...(bias !== undefined && { bias }),
      };
    }),
    rank: uniform ? highest : commonest(weights.map(kept)),
    scale: usual,
    ranks,
    withBias: biases.size > 0,
  };
}
