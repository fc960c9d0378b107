import { compareNames } from '../tensors/index.js';
import type { CosineHead } from '../evaluation/index.js';
import { modelErrors, imageEncoder, type ImageModel, type LowRankUpdates, type TensorFlow } from '../models/index.js';
import type { Examples } from '../tasks/task.js';
import { computeFisher, type FisherLabels } from './compute-fisher.js';
import { computeGram } from './compute-gram.js';
import { statisticsErrors } from './errors.js';
import { groupModules } from './group-modules.js';
import { statisticsLimits } from './limits.js';
import type { ModuleStatistics, StatisticsKind, StatisticsModuleInfo } from './statistics.js';

export interface ComputeStatisticsOptions {
  readonly tf: TensorFlow;
  readonly model: ImageModel;
  /** The adapter: statistics are those of the base with it, for the modules that it adapts. */
  readonly updates: LowRankUpdates;
  /** All of them are looked at; `selectExamples` chooses some. */
  readonly examples: Examples;
  /** What classifies; needed for FISHER alone. */
  readonly head: CosineHead;
  /** Of the labels that FISHER draws; 0 unless told. */
  readonly seed?: number;
  /** FISHER: labels drawn from the model's own predictions (default), as the definition has it, or those of the data (the empirical Fisher). */
  readonly labels?: FisherLabels;
  readonly batchSize?: number;
  /** Bytes that sums may take; where all modules need more, the examples are gone through several times. 512 MiB unless told. */
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** In examples, over all passes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Modules whose sums are kept at once, and what the computation of one of them is given. */
export interface StatisticsPass extends ComputeStatisticsOptions {
  readonly modules: readonly StatisticsModuleInfo[];
}

export interface ComputedStatistics {
  /** In sorted order of their names. */
  readonly modules: readonly StatisticsModuleInfo[];
  /** Each module once, computed while it is iterated over; may be iterated over once. */
  readonly values: AsyncIterable<ModuleStatistics>;
}

const MEMORY_BYTES = 512 * 2 ** 20;

/**
 * Statistics of an adapter on examples, by our own forward and backward passes in float32, summed in float64. The same options give the same bytes on
 * the same backend.
 *
 * @throws statisticsErrors, modelErrors
 */
export function computeStatistics(kind: StatisticsKind, options: ComputeStatisticsOptions): ComputedStatistics {
  const { model, updates, examples, head, memoryBytes = MEMORY_BYTES, onProgress } = options;
  if (examples.count < 1) throw statisticsErrors.examplesInvalid({ got: 0, available: statisticsLimits.examples });
  const { projectionSize, linearLayers: layers } = imageEncoder(model);
  if (kind === 'FISHER' && head.projection !== projectionSize) {
    throw statisticsErrors.headMismatched({ got: head.projection, expected: projectionSize });
  }
  const modules = [...updates.keys()].sort(compareNames).map((name) => {
    const layer = layers.get(name);
    if (layer === undefined) {
      throw modelErrors.adapterMismatched({
        module: name,
        got: 'the model has no such layer',
        expected: 'a linear layer',
      });
    }
    return { name, rows: kind === 'GRAM' ? layer.inFeatures : layer.outFeatures, columns: layer.inFeatures };
  });
  if (modules.length === 0) throw statisticsErrors.empty({ file: 'the adapter' });
  const groups = groupModules(modules, memoryBytes);
  const compute = kind === 'GRAM' ? computeGram : computeFisher;
  const total = groups.length * examples.count;
  async function* values(): AsyncGenerator<ModuleStatistics> {
    for (const [index, group] of groups.entries()) {
      const before = index * examples.count;
      yield* compute({ ...options, modules: group, onProgress: (done) => onProgress?.(before + done, total) });
    }
  }
  return { modules, values: values() };
}
