import { bert, roberta } from './bert/bert.js';
import { clip } from './clip/clip.js';
import { clipText } from './clip/clip-text.js';
import { clipVision } from './clip/clip-vision.js';
import { modelErrors } from './errors.js';
import { gpt2 } from './gpt2/gpt2.js';
import { llama } from './llama/llama.js';
import { defineArchitecture, type Architecture, type ModelFamily, type StoredShapes } from './model.js';
import { readConfig, type ModelJson } from './read-config.js';
import { t5 } from './t5/t5.js';
import { vit } from './vit/vit.js';

/** A family whose configuration is out of sight: what a registry can hold. */
export interface RegisteredFamily {
  readonly name: string;
  readonly modelTypes: readonly string[];
  /** @param stored what the folder holds, where that is known */
  configure(model: string, json: ModelJson, stored?: StoredShapes): Architecture;
}

function register<C extends object>(family: ModelFamily<C>): RegisteredFamily {
  return {
    name: family.name,
    modelTypes: family.modelTypes,
    configure(model, json, stored) {
      const config = family.parseConfig(model, json);
      const adapted = stored === undefined ? config : (family.adaptConfig?.(config, stored) ?? config);
      return defineArchitecture(family, adapted);
    },
  };
}

/** Every family that Crucible computes, one line each. */
export const families: readonly RegisteredFamily[] = [
  register(clip),
  register(clipVision),
  register(clipText),
  register(vit),
  register(bert),
  register(roberta),
  register(gpt2),
  register(llama),
  register(t5),
];

/**
 * The architecture that a config.json describes, by its `model_type`.
 *
 * @param model what errors call it
 * @throws modelErrors.familyUnknown naming all that are known, modelErrors.configUnsupported naming the field
 */
export function parseModelConfig(model: string, json: unknown, stored?: StoredShapes): Architecture {
  const { json: root } = readConfig(model, json);
  const type = root['model_type'];
  const family = families.find(({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type));
  if (family !== undefined) return family.configure(model, root, stored);
  const known = families.flatMap(({ modelTypes }) => modelTypes).sort();
  throw modelErrors.familyUnknown({ model, got: JSON.stringify(type) ?? 'absent', known });
}
