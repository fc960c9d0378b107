import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointWriter } from './checkpoint-writer.js';
import { checkpointErrors } from './errors.js';
import { checkpointLimits } from './limits.js';

/** What a model needs beside its weights: configuration, tokenizer, chat template, code of its own. */
const COMPANION = /\.(?:json|txt|model|jinja|py|vocab|bpe|tiktoken)$/;
/** What describes weights or adapters that are not the ones written here. */
const NOT_COPIED =
  /(?:\.index\.json|^adapter_config\.json|^trainer_state\.json|^training_args\.json|^all_results\.json)$/;

export interface CompanionChanges {
  /** Name of the dtype that the weights are in now, as config.json spells it. */
  readonly dtype?: string;
  /** The output embedding is stored apart from now on. */
  readonly untied?: boolean;
}

/**
 * Copies configuration and tokenizer of the base byte for byte; in config.json only the dtype, and the tie of the embeddings, change with the weights.
 *
 * @throws CHECKPOINT_COMPANION_INVALID
 */
export async function copyCompanions(
  folder: string,
  writer: CheckpointWriter,
  changes: CompanionChanges,
): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => COMPANION.test(name) && !NOT_COPIED.test(name)).sort();
  const invalid = (file: string, rule: string): Error => checkpointErrors.companionInvalid({ folder, file, rule });
  if (names.length > checkpointLimits.companions) {
    throw invalid(
      names[0]!,
      `it is one of ${names.length} files beside the weights, at most ${checkpointLimits.companions} are copied`,
    );
  }
  const copied: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const info = await lstat(path);
    if (info.isDirectory()) continue;
    // A link could point to any file of the machine.
    if (!info.isFile()) throw invalid(name, 'is not a regular file');
    if (info.size > checkpointLimits.companionBytes) {
      throw invalid(name, `has ${info.size} bytes, at most ${checkpointLimits.companionBytes} are copied`);
    }
    const changed = name === 'config.json' ? changeConfig(await readFile(path, 'utf8'), changes) : undefined;
    await writer.addFile(name, changed ?? { copyOf: path });
    copied.push(name);
  }
  return copied;
}

/** Edits the text, so that everything else of the file stays as it was, numbers included. */
export function changeConfig(text: string, { dtype, untied }: CompanionChanges): string {
  let changed = text;
  if (dtype !== undefined) changed = changed.replaceAll(/("(?:torch_dtype|dtype)"\s*:\s*)"\w+"/g, `$1"${dtype}"`);
  if (untied !== true) return changed;
  const tie = /("tie_word_embeddings"\s*:\s*)true/g;
  if (tie.test(changed)) return changed.replaceAll(tie, '$1false');
  return changed.replace('{', '{\n  "tie_word_embeddings": false,');
}
