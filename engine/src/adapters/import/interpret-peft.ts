import { compareNames, type TensorInfo, type TensorSource } from '../../tensors/index.js';
import { isCrucibleError } from '../../errors/index.js';
import type { AdapterModuleInfo, ModuleLayout } from '../adapter.js';
import { adapterLimits } from '../limits.js';
import { layoutFields } from '../module-layout.js';
import { isModuleName } from '../module-tensors.js';
import { matchPatterns } from '../peft-pattern.js';
import type { BaseWeights } from './base-weights.js';
import type { Findings } from './blockers.js';
import { decideLayout } from './decide-layout.js';
import { isFloat, readFinite } from './float-source.js';
import { interpretWhole } from './interpret-whole.js';
import { readPeftName, type PeftName } from './peft-name.js';
import type { PeftSettings } from './peft-settings.js';
import type { SourceModule } from './source-module.js';

/** The tensors of one adapted layer, as they were found. */
interface Parts {
  a?: TensorInfo;
  b?: TensorInfo;
  bias?: TensorInfo;
  magnitude?: TensorInfo;
  embedding: boolean;
}

export interface PeftInput {
  readonly source: TensorSource;
  readonly settings: PeftSettings;
  readonly base: BaseWeights | undefined;
  readonly findings: Findings;
}

/**
 * Reads the tensors of a PEFT adapter as modules with ΔW = scale·B·A of the linear map. Scale: alpha / r, or alpha / √r with rsLoRA; r and alpha of the
 * first pattern that matches the module, in the order of the file. Whatever does not fit becomes a blocker; DoRA's magnitudes are kept for `openPeftDelta`.
 */
export async function interpretPeft(input: PeftInput): Promise<readonly SourceModule[]> {
  const { source, findings, settings } = input;
  const layers = new Map<string, Parts>();
  const whole: string[] = [];
  const infixes = new Set<string>();
  let prefixed = 0;
  for (const tensor of source.tensors.values()) {
    const name = readPeftName(tensor.name);
    if (name.prefixed) prefixed += 1;
    if (name.infix !== undefined) infixes.add(name.infix);
    if (name.part === 'WHOLE') whole.push(tensor.name);
    else if (name.part === 'UNKNOWN') findings.block('FOREIGN_TENSOR', tensor.name, name.reason);
    else if (!addPart(layers, name, tensor)) {
      findings.block('FOREIGN_TENSOR', tensor.name, 'the file holds two tensors for this part of the layer');
    }
  }
  noteNames(findings, infixes, prefixed, source.tensors.size);

  const names = [...layers.keys()].sort(compareNames);
  const configured = matchSettings(names, settings, findings);
  const modules: SourceModule[] = [];
  for (const name of names) modules.push(...interpretLayer(input, name, layers.get(name)!, configured));
  const taken = new Set(modules.map(({ info }) => info.name));
  for (const tensor of whole.sort(compareNames)) {
    const module = await interpretWhole(input, tensor, layers);
    if (module === undefined) continue;
    if (taken.has(module.info.name)) {
      findings.block('PARAMETER_TWICE', module.info.name, 'it has LoRA factors and was trained whole as well');
    } else modules.push(module);
  }
  noteTargets(settings, names, findings);
  return modules.sort((x, y) => compareNames(x.info.name, y.info.name));
}

function addPart(
  layers: Map<string, Parts>,
  name: PeftName & { readonly module: string },
  tensor: TensorInfo,
): boolean {
  const parts = layers.get(name.module) ?? { embedding: false };
  layers.set(name.module, parts);
  const put = (key: 'a' | 'b' | 'bias' | 'magnitude'): boolean => {
    if (parts[key] !== undefined) return false;
    parts[key] = tensor;
    return true;
  };
  switch (name.part) {
    case 'EMBEDDING_A':
    case 'EMBEDDING_B':
      parts.embedding = true;
      return put(name.part === 'EMBEDDING_A' ? 'a' : 'b');
    case 'A':
      return put('a');
    case 'B':
      return put('b');
    case 'LORA_BIAS':
      return put('bias');
    default:
      return put('magnitude');
  }
}

function noteNames(findings: Findings, infixes: ReadonlySet<string>, prefixed: number, total: number): void {
  if (infixes.size > 1) {
    findings.block('FOREIGN_TENSOR', [...infixes].join(', '), 'the file holds more than one adapter');
  } else if (infixes.size === 1) {
    const [infix] = infixes;
    findings.notice('NAME_INFIX', `names hold the adapter's name "${infix}"; it was left out`, infix);
  }
  if (prefixed < total) {
    findings.notice('NAME_PREFIX_MISSING', `${total - prefixed} of ${total} names lack "base_model.model."`);
  }
}

interface Configured {
  readonly ranks: ReadonlyMap<string, number>;
  readonly alphas: ReadonlyMap<string, number>;
}

function matchSettings(names: readonly string[], settings: PeftSettings, findings: Findings): Configured {
  const match = (key: string, patterns: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
    try {
      return matchPatterns(key, patterns, names);
    } catch (error) {
      if (!isCrucibleError(error)) throw error;
      findings.block('PATTERN_REFUSED', key, error.message);
      return new Map();
    }
  };
  return { ranks: match('rank_pattern', settings.rankPattern), alphas: match('alpha_pattern', settings.alphaPattern) };
}

function interpretLayer(
  { source, settings, base, findings }: PeftInput,
  module: string,
  parts: Parts,
  { ranks, alphas }: Configured,
): readonly SourceModule[] {
  const invalid = (reason: string): readonly [] => {
    findings.block('MODULE_INVALID', module, reason);
    return [];
  };
  const { a, b, bias, magnitude } = parts;
  if (!isModuleName(module)) return invalid('its name is no path of letters, digits, "_" and "-" joined by dots');
  if (a === undefined) return invalid('it has no A');
  if (b === undefined) return invalid('it has no B');
  const shape = readShapes(a, b, parts.embedding);
  if (typeof shape === 'string') return invalid(shape);
  const rank = ranks.get(module) ?? settings.rank;
  if (rank !== shape.rank) return invalid(`its factors have rank ${shape.rank}, adapter_config.json says ${rank}`);
  if (rank > adapterLimits.rank) return invalid(`its rank ${rank} is above ${adapterLimits.rank}`);
  const alpha = alphas.get(module) ?? settings.alpha;
  const scale = alpha / (settings.facts.rsLora ? Math.sqrt(rank) : rank);
  let layout: ModuleLayout = shape.layout;
  if (layout === 'LINEAR') {
    const decision = decideLayout(module, shape, settings.facts.fanInFanOut, base);
    ({ layout } = decision);
    if (decision.reason !== undefined) {
      findings.notice('LAYOUT_DECIDED', `taken as ${layout}, for ${decision.reason}`, module);
    }
  }
  const { inFeatures, outFeatures, kernel } = shape;
  const info: AdapterModuleInfo = {
    name: module,
    inFeatures,
    outFeatures,
    rank,
    scale,
    ...layoutFields({ layout, ...(kernel !== undefined && { kernel }) }),
  };
  const common = { alpha, dtype: a.dtype } as const;
  const modules: SourceModule[] = [
    {
      ...common,
      info,
      kind: 'LORA',
      shapes: [a.shape, b.shape],
      ...(magnitude !== undefined && { magnitude: magnitude.name }),
      readFactors: async () => ({ a: await readFinite(source, a.name), b: await readFinite(source, b.name) }),
    },
  ];
  if (bias !== undefined) {
    if (!isFloat(bias) || bias.size !== outFeatures) return invalid(`the bias of B must be of ${outFeatures} floats`);
    modules.push({
      ...common,
      info: { name: `${module}.bias`, inFeatures: 1, outFeatures, rank: 1, scale, layout: 'VECTOR', parameter: 'BIAS' },
      kind: 'BIAS',
      dtype: bias.dtype,
      shapes: [bias.shape],
      readFactors: async () => ({ a: Float32Array.of(1), b: await readFinite(source, bias.name) }),
    });
  }
  return modules;
}

interface FactorShape {
  readonly rank: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly layout: 'LINEAR' | 'EMBEDDING' | 'CONV2D';
  readonly kernel?: readonly [number, number];
}

/** Shapes of A and B in any of PEFT's layouts, or the rule that they break. A's memory order is that of `[rank, in]` in all of them. */
export function readShapes(a: TensorInfo, b: TensorInfo, embedding: boolean): FactorShape | string {
  if (!isFloat(a) || !isFloat(b)) return `its factors must be of floats, got ${a.dtype} and ${b.dtype}`;
  if (a.size === 0 || b.size === 0) return 'its factors must not be empty';
  const [rank = 0, channels = 0, height = 1, width = 1] = a.shape;
  const [outFeatures = 0, rankOfB = 0, ...ones] = b.shape;
  const convolution = a.shape.length === 4;
  if (a.shape.length !== b.shape.length || (a.shape.length !== 2 && !convolution)) {
    return `its factors must both be matrices, or both of four dimensions (Conv2d), got [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`;
  }
  if (ones.some((side) => side !== 1)) return 'the B of a convolution must have a kernel of 1 by 1';
  if (rank !== rankOfB) return `A has rank ${rank}, B has rank ${rankOfB}`;
  if (!convolution) return { rank, inFeatures: channels, outFeatures, layout: embedding ? 'EMBEDDING' : 'LINEAR' };
  return { rank, inFeatures: channels * height * width, outFeatures, layout: 'CONV2D', kernel: [height, width] };
}

/** A target of a list that no layer's name ends with: a spelling mistake, or tensors that were lost. */
function noteTargets({ targetModules }: PeftSettings, names: readonly string[], findings: Findings): void {
  if (typeof targetModules === 'string') return;
  const ends = new Set<string>();
  for (const name of names) {
    ends.add(name);
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) ends.add(name.slice(dot + 1));
  }
  for (const target of targetModules) {
    if (target === 'all-linear' || ends.has(target)) continue;
    findings.notice(
      'TARGET_UNMATCHED',
      'the configuration names it as a target, but no layer of the file is called so',
      target,
    );
  }
}
