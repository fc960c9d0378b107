import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as Library } from '@huggingface/tokenizers';
import { tokenizerErrors } from './errors.js';
import { tokenizerLimits } from './limits.js';
import { createTokenizer } from './create-tokenizer.js';
import { mendNormalizers } from './mend-library.js';
import type { Tokenizer } from './tokenizer.js';

/**
 * Opens the tokenizer of a Hugging Face folder: tokenizer.json, with the names of special tokens from tokenizer_config.json where there is one.
 *
 * @throws TOKENIZER_MISSING, TOKENIZER_TOO_LARGE, TOKENIZER_INVALID
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json');
  const json = await readJson(file, tokenizerLimits.fileBytes);
  if (json === undefined) throw tokenizerErrors.missing({ folder });
  const config = (await readJson(join(folder, 'tokenizer_config.json'), tokenizerLimits.configBytes)) ?? {};
  checkShape(file, json);
  try {
    // The library fills in what is missing; a copy, for `config` is read again below.
    const library = new Library(json, { ...config });
    mendNormalizers(library);
    return createTokenizer(folder, library, config, json);
  } catch (error) {
    if (error instanceof Error && error.name === 'CrucibleError') throw error;
    throw tokenizerErrors.invalid({ file, reason: error instanceof Error ? error.message : String(error) }, error);
  }
}

type Json = Readonly<Record<string, unknown>>;

async function readJson(file: string, limit: number): Promise<Json | undefined> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size > limit) throw tokenizerErrors.tooLarge({ what: file, got: size, limit });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw tokenizerErrors.invalid({ file, reason: (error as Error).message }, error);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  throw tokenizerErrors.invalid({ file, reason: 'it is no JSON object' });
}

const MODELS = ['BPE', 'WordPiece', 'Unigram'];

function checkShape(file: string, { model }: Json): void {
  const type = typeof model === 'object' && model !== null ? (model as Json)['type'] : undefined;
  // Files of before 2020 have no type; what they are is told by their fields, which the library looks at.
  if (type === undefined || MODELS.includes(type as string)) return;
  throw tokenizerErrors.invalid({
    file,
    reason: `its model is ${JSON.stringify(type)}, known are ${MODELS.join(', ')}`,
  });
}
