import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelErrors } from '../errors.js';
import { modelLimits } from '../limits.js';
import { readConfig } from '../read-config.js';
import { readTokens } from '../weights/read-tokens.js';

/**
 * The end tokens of a folder's generation_config.json, which win over those of config.json as in transformers: models that chat name more of them there.
 * Undefined where the file is absent or silent.
 *
 * @throws modelErrors.configUnreadable, modelErrors.configUnsupported
 */
export async function readEndTokens(folder: string, vocabulary: number): Promise<readonly number[] | undefined> {
  const file = join(folder, 'generation_config.json');
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return undefined;
  const unreadable = (reason: string, cause?: unknown) => modelErrors.configUnreadable({ file, reason }, cause);
  const limit = modelLimits.configBytes;
  if (found.size > limit) throw unreadable(`it has ${found.size} bytes, at most ${limit} are read`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable('it is not JSON', error);
  }
  const fields = readConfig(file, json);
  return fields.has('eos_token_id') ? readTokens(fields, 'eos_token_id', vocabulary) : undefined;
}
