import { statisticsErrors } from './errors.js';
import { statisticsLimits } from './limits.js';
import type { StatisticsKind, StatisticsModuleInfo } from './statistics.js';

const SUFFIX = { GRAM: 'gram', FISHER: 'fisher' } as const satisfies Record<StatisticsKind, string>;

export const tensorName = (kind: StatisticsKind, module: string): string => `${module}.${SUFFIX[kind]}`;

/** The module that a tensor is of. */
export function moduleOfTensor(file: string, kind: StatisticsKind, tensor: string): string {
  const end = `.${SUFFIX[kind]}`;
  if (!tensor.endsWith(end) || tensor.length === end.length) {
    throw statisticsErrors.foreignTensor({ file, tensor, expected: SUFFIX[kind] });
  }
  return tensor.slice(0, -end.length);
}

export function checkShape(file: string, kind: StatisticsKind, { name, rows, columns }: StatisticsModuleInfo): void {
  const invalid = (rule: string) => statisticsErrors.moduleInvalid({ file, module: name.slice(0, 200), rule });
  const { features, entries, nameCharacters } = statisticsLimits;
  if (name === '' || name.length > nameCharacters) {
    throw invalid(`its name has ${name.length} characters, 1 to ${nameCharacters} are allowed`);
  }
  for (const extent of [rows, columns]) {
    if (Number.isSafeInteger(extent) && extent >= 1 && extent <= features) continue;
    throw invalid(`it is [${rows}, ${columns}]; rows and columns are from 1 to ${features}`);
  }
  if (rows * columns > entries) {
    throw invalid(`it is [${rows}, ${columns}], ${rows * columns} entries; at most ${entries} are held in memory`);
  }
  if (kind === 'GRAM' && rows !== columns) throw invalid(`it is [${rows}, ${columns}]; a Gram matrix is square`);
}
