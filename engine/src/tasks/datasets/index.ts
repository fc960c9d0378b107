export { datasetErrors } from './errors.js';
export { importImageTask, type ImageFiles, type ImageTaskRecipe } from './import-image-task.js';
export {
  importTextTask,
  pickTextExamples,
  type ImportedTask,
  type ImportOptions,
  type TextTaskRecipe,
} from './import-text-task.js';
export { datasetLimits } from './limits.js';
export { listImageFolder, type FolderImage } from './read-image-folder.js';
export { readIdx, type IdxArray } from './read-idx.js';
export { openParquet, type ParquetFile } from './read-parquet.js';
export { readTable, type TableFiles } from './read-table.js';
export { DUPLICATE_RULES, type DuplicateRule, type SplitSource, type SplitSources } from './resolve-splits.js';
export { TABLE_FORMATS, type DatasetRow, type TableFormat } from './row.js';
