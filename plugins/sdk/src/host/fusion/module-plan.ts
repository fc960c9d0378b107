import {
  layoutFields,
  sameLayout,
  type AdapterFile,
  type AdapterModuleInfo,
  type ModuleLayoutFields,
} from '@crucible/engine/adapters';
import { compareNames } from '@crucible/engine/tensors';
import { fusionErrors } from '../fusion-errors.js';
import { fusionLimits } from '../fusion-limits.js';

export interface ModuleHolder {
  /** Position of the adapter in the run's order. */
  readonly position: number;
  readonly rank: number;
  readonly scale: number;
}

/** One module of the fusion, and which adapters have it, before any tensor is read. */
export interface ModulePlan {
  readonly module: string;
  readonly index: number;
  readonly count: number;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** How the base stores what the module changes; fusions never look at it, their output keeps it. A plain linear layer where left out. */
  readonly layout?: ModuleLayoutFields;
  /** In the run's order. */
  readonly holders: readonly ModuleHolder[];
}

/** The union of the adapters' modules, sorted by name; an adapter that lacks one counts as zero there. */
export function planModules(adapters: readonly AdapterFile[]): readonly ModulePlan[] {
  const names = [...new Set(adapters.flatMap(({ modules }) => [...modules.keys()]))].sort(compareNames);
  if (names.length > fusionLimits.modules) {
    throw fusionErrors.limitExceeded({ what: 'modules', got: names.length, limit: fusionLimits.modules });
  }
  return names.map((module, index) => {
    let shape: AdapterModuleInfo | undefined;
    const holders = adapters.flatMap((adapter, position) => {
      const info = adapter.modules.get(module);
      if (info === undefined) return [];
      shape ??= info;
      if (info.inFeatures !== shape.inFeatures || info.outFeatures !== shape.outFeatures) {
        throw fusionErrors.shapeMismatch({
          adapter: adapter.manifest.name,
          module,
          what: 'ΔW',
          got: [info.outFeatures, info.inFeatures],
          expected: [shape.outFeatures, shape.inFeatures],
        });
      }
      if (!sameLayout(info, shape)) {
        throw fusionErrors.shapeMismatch({
          adapter: adapter.manifest.name,
          module,
          what: `ΔW (${info.layout ?? 'LINEAR'} in this adapter, ${shape.layout ?? 'LINEAR'} in another)`,
          got: [info.outFeatures, info.inFeatures],
          expected: [shape.outFeatures, shape.inFeatures],
        });
      }
      return [{ position, rank: info.rank, scale: info.scale }];
    });
    const { outFeatures, inFeatures } = shape!;
    return { module, index, count: names.length, outFeatures, inFeatures, layout: layoutFields(shape!), holders };
  });
}
