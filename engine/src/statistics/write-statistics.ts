import { openSafetensorsWriter, viewBytes } from '../tensors/index.js';
import { checkValues } from './check-values.js';
import { statisticsErrors } from './errors.js';
import { statisticsLimits } from './limits.js';
import { formatStatisticsManifest } from './manifest.js';
import type { ModuleStatistics, StatisticsManifest, StatisticsModuleInfo } from './statistics.js';
import { checkShape, tensorName } from './tensor-name.js';

export interface WriteStatisticsInput {
  readonly manifest: StatisticsManifest;
  /** Shapes of all modules, known before the first is computed. */
  readonly modules: readonly StatisticsModuleInfo[];
  /** Each module once, in any order. */
  readonly values: AsyncIterable<ModuleStatistics>;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenStatistics {
  /** SHA-256 of the file. */
  readonly digest: string;
  readonly byteLength: number;
}

/**
 * Writes statistics as they are computed, one module in memory at a time; `openStatistics` then gives back the same numbers to the bit. Equal statistics
 * give equal bytes, in whatever order they come. Nothing is left behind on failure or abort.
 *
 * @throws statisticsErrors, tensorErrors
 */
export async function writeStatistics(path: string, input: WriteStatisticsInput): Promise<WrittenStatistics> {
  const { manifest, modules, values, signal } = input;
  const { kind } = manifest;
  if (modules.length === 0) throw statisticsErrors.empty({ file: path });
  if (modules.length > statisticsLimits.modules) {
    const rule = `it has ${modules.length} modules, at most ${statisticsLimits.modules} are allowed`;
    throw statisticsErrors.manifestInvalid({ file: path, rule });
  }
  for (const info of modules) checkShape(path, kind, info);
  const known = new Map(modules.map((info) => [info.name, info]));
  const writer = await openSafetensorsWriter(
    path,
    modules.map(({ name, rows, columns }) => ({ name: tensorName(kind, name), dtype: 'F32', shape: [rows, columns] })),
    {
      metadata: { format: 'pt', crucible_statistics: formatStatisticsManifest(path, manifest) },
      ...(signal && { signal }),
    },
  );
  try {
    for await (const { info, values: matrix } of values) {
      const expected = known.get(info.name);
      if (expected === undefined) throw statisticsErrors.moduleUnknown({ file: path, module: info.name });
      checkValues(path, kind, expected, matrix);
      await writer.write(tensorName(kind, info.name), viewBytes(matrix));
    }
    const { sha256, byteLength } = await writer.finish();
    return { digest: sha256, byteLength };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
