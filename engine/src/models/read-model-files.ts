import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelErrors } from './errors.js';
import { RAW_PREPROCESSING, type Preprocessing } from './extract-patches.js';
import { modelLimits } from './limits.js';
import { parsePreprocessing } from './parse-preprocessing.js';

/** The root of a folder's config.json. */
export const readModelConfig = (folder: string): Promise<unknown> => readJson(join(folder, 'config.json'));

/** preprocessor_config.json where there is one; without it pixels are divided by 255 and no more. */
export async function readPreprocessing(folder: string, channels: number): Promise<Preprocessing> {
  const file = join(folder, 'preprocessor_config.json');
  if (!(await isThere(file))) return RAW_PREPROCESSING;
  return parsePreprocessing(folder, await readJson(file), channels);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function readJson(file: string): Promise<unknown> {
  const unreadable = (reason: string, cause?: unknown) => modelErrors.configUnreadable({ file, reason }, cause);
  const size = await stat(file).then(
    (found) => found.size,
    (error: unknown) => {
      throw unreadable('it is not there', error);
    },
  );
  if (size > modelLimits.configBytes)
    throw unreadable(`it has ${size} bytes, at most ${modelLimits.configBytes} are read`);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable('it is not JSON', error);
  }
}
