import { isCrucibleError } from '../../errors/index.js';
import {
  compareNames,
  isJsonObject,
  parseStrictJson,
  type StrictJson,
  type TensorInfo,
  type TensorSource,
} from '../../tensors/index.js';
import type { AdapterModuleInfo } from '../adapter.js';
import { adapterLimits } from '../limits.js';
import { layoutFields } from '../module-layout.js';
import { isModuleName } from '../module-tensors.js';
import { matchPatterns } from '../peft-pattern.js';
import type { BaseWeights } from './base-weights.js';
import type { Findings } from './blockers.js';
import { readDiffusionName, type DiffusionPart } from './diffusion-name.js';
import { isFloat, readFinite } from './float-source.js';
import { readShapes } from './interpret-peft.js';
import { parsePeftSettings, type PeftSettings } from './peft-settings.js';
import { NO_FACTS, type Interpretation, type SourceModule } from './source-module.js';

type Parts = Partial<Record<DiffusionPart, TensorInfo>>;

export interface DiffusionInput {
  readonly source: TensorSource;
  readonly metadata: ReadonlyMap<string, string>;
  readonly base: BaseWeights | undefined;
  readonly findings: Findings;
}

/** Whether the names are those of kohya's or diffusers' files, which say all they know beside the factors and have no adapter_config.json. */
export function isDiffusion(names: readonly string[]): boolean {
  return names.some((name) => {
    const found = readDiffusionName(name);
    if (found === undefined || name.startsWith('base_model.model.')) return false;
    return found.style !== 'PEFT' || COMPONENT.test(name);
  });
}

/** Parts of a diffusion pipeline: PEFT's own names begin with none of them. */
const COMPONENT = /^(?:unet|text_encoder(?:_\d)?|transformer|diffusion_model|prior|controlnet)\./;

/**
 * Reads a LoRA of a diffusion model. Scale: alpha / rank with the file's own alpha of each layer; where there is none, 1, as kohya's sd-scripts and
 * diffusers take it, or what diffusers wrote of its configuration into the file's metadata. Names that kohya joined by underscores become paths again
 * where the base is at hand.
 */
export async function interpretDiffusion(input: DiffusionInput): Promise<Omit<Interpretation, 'notices' | 'blockers'>> {
  const { source, metadata, base, findings } = input;
  const layers = new Map<string, Parts>();
  for (const tensor of source.tensors.values()) {
    const name = readDiffusionName(tensor.name);
    if (name === undefined) {
      findings.block('FOREIGN_TENSOR', tensor.name, 'it is no part of a LoRA that is known');
    } else if (name.part === 'DORA') {
      findings.block('DORA', tensor.name, 'its rows are scaled by trained magnitudes');
    } else if (name.part === 'FAMILY') {
      findings.block(
        'FAMILY_UNSUPPORTED',
        tensor.name,
        'it belongs to another kind of adapter than LoRA (LoHa, LoKr, a middle factor, a full difference)',
      );
    } else {
      const parts = layers.get(name.module) ?? {};
      layers.set(name.module, parts);
      if (parts[name.part] !== undefined)
        findings.block('FOREIGN_TENSOR', tensor.name, 'the layer has this part twice');
      parts[name.part] = tensor;
    }
  }
  const kohya = [...layers.keys()].some((name) => !name.includes('.'));
  const settings = readMetadata(metadata, findings);
  const names = nameLayers([...layers.keys()].sort(compareNames), base, findings);
  const modules: SourceModule[] = [];
  let withoutAlpha = 0;
  for (const [stored, module] of names) {
    const parts = layers.get(stored)!;
    const told = await readAlpha(source, stored, parts, settings, findings);
    if (told === undefined) withoutAlpha += 1;
    modules.push(...interpretLayer(input, module, parts, told));
  }
  if (withoutAlpha > 0) {
    findings.notice('ALPHA_MISSING', `${withoutAlpha} of ${layers.size} layers store no alpha: their scale is 1`);
  }
  const told = metadata.get('ss_sd_model_name') ?? metadata.get('ss_base_model_version');
  return {
    dialect: kohya ? 'KOHYA' : 'DIFFUSERS',
    base: told === undefined ? {} : { name: told.slice(0, adapterLimits.nameCharacters) },
    targets: [...new Set([...names.values()].map((name) => name.slice(name.lastIndexOf('.') + 1)))].sort(),
    facts: { ...NO_FACTS, rsLora: [...settings.values()].some(({ facts }) => facts.rsLora) },
    modules: modules.sort((x, y) => compareNames(x.info.name, y.info.name)),
  };
}

interface Told {
  readonly alpha: number;
  readonly rsLora: boolean;
}

async function readAlpha(
  source: TensorSource,
  module: string,
  { ALPHA }: Parts,
  settings: ReadonlyMap<string, PeftSettings>,
  findings: Findings,
): Promise<Told | undefined> {
  if (ALPHA !== undefined) {
    const alpha = ALPHA.size === 1 ? await readNumber(source, ALPHA) : undefined;
    if (alpha !== undefined) return { alpha, rsLora: false };
    findings.block('MODULE_INVALID', ALPHA.name, 'alpha must be one number');
    return undefined;
  }
  const [component = ''] = module.split('.', 1);
  const own = settings.get(component);
  if (own === undefined) return undefined;
  const path = module.slice(component.length + 1);
  try {
    const alpha = matchPatterns('lora_adapter_metadata', own.alphaPattern, [path]).get(path) ?? own.alpha;
    return { alpha, rsLora: own.facts.rsLora };
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    findings.block('PATTERN_REFUSED', 'lora_adapter_metadata', error.message);
    return undefined;
  }
}

/** One number of any usual dtype: kohya's scripts keep an alpha that was given as a whole number as I64. */
async function readNumber(source: TensorSource, info: TensorInfo): Promise<number | undefined> {
  if (isFloat(info)) {
    const [value = Number.NaN] = await source.readFloat32(info.name);
    return Number.isFinite(value) ? value : undefined;
  }
  if (info.dtype === 'I64') return Number(new BigInt64Array((await source.read(info.name)).buffer)[0]!);
  return info.dtype === 'I32' ? (await source.readInt32(info.name))[0]! : undefined;
}

function interpretLayer(
  { source, findings }: DiffusionInput,
  module: string,
  { A, B, BIAS }: Parts,
  told: Told | undefined,
): readonly SourceModule[] {
  const invalid = (reason: string): readonly [] => {
    findings.block('MODULE_INVALID', module, reason);
    return [];
  };
  if (!isModuleName(module)) return invalid('its name is no path of letters, digits, "_" and "-" joined by dots');
  if (A === undefined) return invalid('it has no down (A)');
  if (B === undefined) return invalid('it has no up (B)');
  const shape = readShapes(A, B, false);
  if (typeof shape === 'string') return invalid(shape);
  const { rank, inFeatures, outFeatures, layout, kernel } = shape;
  if (rank > adapterLimits.rank) return invalid(`its rank ${rank} is above ${adapterLimits.rank}`);
  const alpha = told?.alpha ?? rank;
  const scale = alpha / (told?.rsLora === true ? Math.sqrt(rank) : rank);
  const fields = layoutFields({ layout, ...(kernel !== undefined && { kernel }) });
  const info: AdapterModuleInfo = { name: module, inFeatures, outFeatures, rank, scale, ...fields };
  const modules: SourceModule[] = [
    {
      info,
      kind: 'LORA',
      alpha,
      dtype: A.dtype,
      shapes: [A.shape, B.shape],
      readFactors: async () => ({ a: await readFinite(source, A.name), b: await readFinite(source, B.name) }),
    },
  ];
  if (BIAS !== undefined) {
    if (!isFloat(BIAS) || BIAS.size !== outFeatures) return invalid(`the bias of B must be of ${outFeatures} floats`);
    modules.push({
      info: { name: `${module}.bias`, inFeatures: 1, outFeatures, rank: 1, scale, layout: 'VECTOR', parameter: 'BIAS' },
      kind: 'BIAS',
      alpha,
      dtype: BIAS.dtype,
      shapes: [BIAS.shape],
      readFactors: async () => ({ a: Float32Array.of(1), b: await readFinite(source, BIAS.name) }),
    });
  }
  return modules;
}

/** What diffusers wrote of each component's LoraConfig, as keys "unet.r", "unet.lora_alpha", … of one JSON object. */
function readMetadata(metadata: ReadonlyMap<string, string>, findings: Findings): ReadonlyMap<string, PeftSettings> {
  const text = metadata.get('lora_adapter_metadata');
  const settings = new Map<string, PeftSettings>();
  if (text === undefined) return settings;
  const invalid = (reason: string): typeof settings => {
    findings.block('CONFIG_INVALID', 'lora_adapter_metadata', reason);
    return settings;
  };
  if (text.length > adapterLimits.manifestCharacters) return invalid('it is too long');
  let root: StrictJson;
  try {
    root = parseStrictJson('lora_adapter_metadata', Buffer.from(text));
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    return invalid(error.message);
  }
  if (!isJsonObject(root)) return invalid('its root must be an object');
  const components = new Map<string, Map<string, StrictJson>>();
  for (const [key, value] of root) {
    const dot = key.indexOf('.');
    if (dot < 0) continue;
    const component = components.get(key.slice(0, dot)) ?? new Map<string, StrictJson>();
    components.set(key.slice(0, dot), component.set(key.slice(dot + 1), value));
  }
  for (const [component, config] of components) {
    const parsed = parsePeftSettings(config, findings);
    if (parsed !== undefined) settings.set(component, parsed);
  }
  return settings;
}

const KOHYA_PREFIX = /^(?:lora_(?:unet|te\d?|transformer|prior_unet)|lycoris)_/;

/** Stored names to module names: kohya's become the base's paths where exactly one layer is called so with underscores. */
function nameLayers(
  stored: readonly string[],
  base: BaseWeights | undefined,
  findings: Findings,
): ReadonlyMap<string, string> {
  const flat = new Map<string, string[]>();
  for (const layer of base?.layers ?? []) {
    const key = layer.replaceAll('.', '_');
    flat.set(key, [...(flat.get(key) ?? []), layer]);
  }
  const names = new Map<string, string>();
  let unresolved = 0;
  for (const name of stored) {
    const found = KOHYA_PREFIX.test(name) ? (flat.get(name.replace(KOHYA_PREFIX, '')) ?? []) : [];
    if (KOHYA_PREFIX.test(name) && found.length !== 1) unresolved += 1;
    names.set(name, found.length === 1 ? found[0]! : name);
  }
  if (unresolved > 0) {
    const why = base === undefined ? 'the base is not at hand' : 'the base has no one layer of that name';
    findings.notice('NAME_UNRESOLVED', `${unresolved} of ${stored.length} names stay as they are: ${why}`);
  }
  const given = new Set(names.values());
  if (given.size < names.size) findings.block('PARAMETER_TWICE', 'names', 'two names stand for one layer of the base');
  return names;
}
