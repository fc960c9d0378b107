import { compareNames, openSafetensors, type OpenSafetensorsOptions } from '../tensors/index.js';
import { checkValues } from './check-values.js';
import { statisticsErrors } from './errors.js';
import { statisticsLimits } from './limits.js';
import { parseStatisticsManifest } from './manifest.js';
import type { StatisticsFile, StatisticsModuleInfo } from './statistics.js';
import { checkShape, moduleOfTensor, tensorName } from './tensor-name.js';

/**
 * Opens a file of statistics, ours or one that another tool wrote as docs/statistics.md says: manifest and shapes agree once this returns.
 * A matrix is checked when it is read.
 *
 * @throws statisticsErrors, tensorErrors
 */
export async function openStatistics(path: string, options: OpenSafetensorsOptions = {}): Promise<StatisticsFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const text = tensors.metadata.get('crucible_statistics');
    if (text === undefined) throw statisticsErrors.manifestMissing({ file: path });
    const manifest = parseStatisticsManifest(path, text);
    const { kind } = manifest;
    if (tensors.tensors.size === 0) throw statisticsErrors.empty({ file: path });
    if (tensors.tensors.size > statisticsLimits.modules) {
      const rule = `it has ${tensors.tensors.size} modules, at most ${statisticsLimits.modules} are allowed`;
      throw statisticsErrors.manifestInvalid({ file: path, rule });
    }
    const infos: StatisticsModuleInfo[] = [];
    for (const tensor of tensors.tensors.keys()) {
      const name = moduleOfTensor(path, kind, tensor);
      const { dtype, shape } = tensors.info(tensor);
      const [rows = 0, columns = 0] = shape;
      if (shape.length !== 2 || dtype !== 'F32') {
        const rule = `it must be an F32 matrix, got ${dtype} [${shape.join(', ')}]`;
        throw statisticsErrors.moduleInvalid({ file: path, module: name, rule });
      }
      const info = { name, rows, columns };
      checkShape(path, kind, info);
      infos.push(info);
    }
    const sorted = infos.sort((x, y) => compareNames(x.name, y.name));
    const modules = new Map(sorted.map((info) => [info.name, info]));
    return {
      path,
      digest: await tensors.digest(),
      byteLength: tensors.byteLength,
      manifest,
      modules,
      async read(module) {
        const info = modules.get(module);
        if (info === undefined) throw statisticsErrors.moduleUnknown({ file: path, module });
        const values = await tensors.readFloat32(tensorName(kind, module));
        checkValues(path, kind, info, values);
        return values;
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}
