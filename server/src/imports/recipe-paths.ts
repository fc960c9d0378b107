import { join } from 'node:path';
import type { ImageFiles, SplitSource, SplitSources, TableFiles } from '@crucible/engine/datasets';
import type { TaskRecipe } from '../compute/task-import-protocol.js';
import { resolveInRoot } from './import-root.js';

/**
 * A recipe with every path resolved under a folder of the root: each is followed to where it leads, which must be inside of the root.
 *
 * @throws IMPORT_ROOT_MISSING, IMPORT_NOT_THERE, IMPORT_OUTSIDE_ROOT
 */
export async function locateRecipe(
  root: string | undefined,
  directory: string,
  recipe: TaskRecipe,
): Promise<TaskRecipe> {
  const locate = (path: string): Promise<string> => resolveInRoot(root, join(directory, path));
  const locateTable = async (files: TableFiles): Promise<TableFiles> => {
    const paths: string[] = [];
    for (const path of files.paths) paths.push(await locate(path));
    return { ...files, paths };
  };
  if (recipe.kind === 'TEXT') return { ...recipe, splits: await mapSplits(recipe.splits, locateTable) };
  const locateImages = async (files: ImageFiles): Promise<ImageFiles> => {
    if (files.kind === 'FOLDER') return { ...files, path: await locate(files.path) };
    if (files.kind === 'IDX')
      return { ...files, images: await locate(files.images), labels: await locate(files.labels) };
    return { ...files, ...(await locateTable(files)) };
  };
  return { ...recipe, splits: await mapSplits(recipe.splits, locateImages) };
}

async function mapSplits<Files>(
  { train, validation, test }: SplitSources<Files>,
  locate: (files: Files) => Promise<Files>,
): Promise<SplitSources<Files>> {
  const each = async (source: SplitSource<Files>): Promise<SplitSource<Files>> =>
    source.kind === 'FILES' ? { ...source, files: await locate(source.files) } : source;
  return { train: await each(train), validation: await each(validation), test: await each(test) };
}
