import type { TensorInfo } from '../../tensors/index.js';
import type { AdapterFactors, AdapterModuleInfo } from '../adapter.js';
import { adapterLimits } from '../limits.js';
import { layoutFields, toStoredOrder } from '../module-layout.js';
import { isModuleName } from '../module-tensors.js';
import { layoutOfWhole } from './decide-layout.js';
import { isFloat, isSameTensor, readDifference } from './float-source.js';
import type { PeftInput } from './interpret-peft.js';
import { readPeftName } from './peft-name.js';
import type { SourceModule } from './source-module.js';

const EMBEDDING_OR_HEAD =
  /(?:^|\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|shared|embed_in|lm_head|embed_out)\.weight$/;

/**
 * A tensor that an adapter stores whole: a module that was trained beside the factors, a bias, or the copy of an embedding that PEFT saves with
 * factors on it. What differs from the base is a low-rank update of full rank, ΔW = B·A with one factor the identity; a copy that was not trained is left
 * out with a notice.
 */
export async function interpretWhole(
  input: PeftInput,
  tensor: string,
  layers: ReadonlyMap<string, unknown>,
): Promise<SourceModule | undefined> {
  const { source, settings, base, findings } = input;
  const name = readPeftName(tensor);
  if (name.part !== 'WHOLE') return undefined;
  const info = source.info(tensor);
  const { parameter } = name;
  const dot = parameter.lastIndexOf('.');
  const [module, leaf] = [parameter.slice(0, Math.max(dot, 0)), parameter.slice(dot + 1)];
  const { modulesToSave, bias } = settings.facts;
  const trained =
    isIn(modulesToSave, module) || (bias !== 'none' && leaf === 'bias') || EMBEDDING_OR_HEAD.test(parameter);
  const copy = name.copy || (layers.has(module) && !isIn(modulesToSave, module) && leaf === 'weight');
  if (!trained && !copy) {
    findings.block(
      'FOREIGN_TENSOR',
      tensor,
      'it is no LoRA factor, and the configuration names nothing that it could be',
    );
    return undefined;
  }
  if (!isFloat(info)) {
    findings.block('MODULE_INVALID', tensor, `it must be of floats, got ${info.dtype}`);
    return undefined;
  }
  if (base === undefined) {
    // Layers with factors are frozen: their weights are saved only so that a grown vocabulary is not lost.
    if (copy) {
      findings.notice(
        'COPY_UNCHECKED',
        'it is taken for an unchanged copy of the base; give the base to compare it',
        tensor,
      );
    } else findings.block('BASE_NEEDED', tensor, 'it was trained whole: what changed is its difference to the base');
    return undefined;
  }
  const found = base.find(parameter);
  if (found === undefined) {
    findings.block('BASE_DIFFERS', tensor, `the base has no parameter ${parameter}`);
    return undefined;
  }
  if (String(found.info.shape) !== String(info.shape)) {
    const reason = `it has shape [${info.shape.join(', ')}], the base's ${found.info.name} has [${found.info.shape.join(', ')}]`;
    findings.block('BASE_DIFFERS', tensor, `${reason}: a vocabulary or a head of another size`);
    return undefined;
  }
  if (await isSameTensor(source, info, base.source, found.info)) {
    findings.notice('COPY_UNCHANGED', 'it equals the base and was left out', tensor);
    return undefined;
  }
  if (copy) {
    findings.block(
      'BASE_DIFFERS',
      tensor,
      'it is a frozen weight that differs from the base: the adapter was trained on another one',
    );
    return undefined;
  }
  if (found.tied) findings.notice('WEIGHT_UNTIED', `the base stores it as ${found.info.name} only`, parameter);
  return wholeModule(input, info, { module, leaf, parameter }, found.info.name);
}

function wholeModule(
  { source, base, findings }: PeftInput,
  info: TensorInfo,
  { module, leaf, parameter }: { readonly module: string; readonly leaf: string; readonly parameter: string },
  baseName: string,
): SourceModule | undefined {
  const shape = describe(info, module, leaf, parameter);
  if (typeof shape === 'string') {
    findings.block('MODULE_INVALID', info.name, shape);
    return undefined;
  }
  const { rank } = shape;
  if (rank > adapterLimits.fullUpdateRank || info.size > adapterLimits.fullUpdateElements) {
    const reason = `its update has rank ${rank} and ${info.size} entries; up to rank ${adapterLimits.fullUpdateRank} and ${adapterLimits.fullUpdateElements} entries are taken into an adapter`;
    findings.block('FULL_UPDATE_TOO_LARGE', info.name, reason);
    return undefined;
  }
  return {
    info: shape,
    kind: leaf === 'bias' ? 'BIAS' : 'FULL',
    alpha: rank,
    dtype: info.dtype,
    shapes: [info.shape],
    async readFactors() {
      const stored = await readDifference({ source, name: info.name }, { source: base!.source, name: baseName });
      const { inFeatures, outFeatures } = shape;
      // Turning round is its own inverse with the sides exchanged.
      const delta = toStoredOrder({ ...shape, inFeatures: outFeatures, outFeatures: inFeatures }, stored);
      return withIdentity(delta, shape);
    },
  };
}

function describe(info: TensorInfo, module: string, leaf: string, parameter: string): AdapterModuleInfo | string {
  const { shape, size } = info;
  if (size === 0) return 'it must not be empty';
  if (shape.length === 1) {
    if (leaf !== 'bias' && leaf !== 'weight') return `it is called ${leaf}; only weights and biases are taken`;
    const name = leaf === 'bias' ? parameter : module;
    if (!isModuleName(name)) return 'its name is no path of a module';
    const layout = layoutFields({ layout: 'VECTOR', parameter: leaf === 'bias' ? 'BIAS' : 'WEIGHT' });
    return { name, inFeatures: 1, outFeatures: size, rank: 1, scale: 1, ...layout };
  }
  if (leaf !== 'weight' || !isModuleName(module)) return 'only weights of modules and biases are taken';
  const [rows = 0, columns = 0, height = 1, width = 1] = shape;
  if (shape.length === 4) {
    const inFeatures = columns * height * width;
    const layout = layoutFields({ layout: 'CONV2D', kernel: [height, width] });
    return { name: module, inFeatures, outFeatures: rows, rank: Math.min(rows, inFeatures), scale: 1, ...layout };
  }
  if (shape.length !== 2) return `it has ${shape.length} dimensions; 1, 2 and 4 are taken`;
  const layout = layoutOfWhole(module);
  const [outFeatures, inFeatures] = layout === 'LINEAR' ? [rows, columns] : [columns, rows];
  return {
    name: module,
    inFeatures,
    outFeatures,
    rank: Math.min(rows, columns),
    scale: 1,
    ...layoutFields({ layout }),
  };
}

/** ΔW = ΔW·I or I·ΔW, whichever has the smaller rank. */
export function withIdentity(
  delta: Float32Array,
  { inFeatures, outFeatures }: { readonly inFeatures: number; readonly outFeatures: number },
): AdapterFactors {
  const side = Math.min(inFeatures, outFeatures);
  const identity = new Float32Array(side * side);
  for (let at = 0; at < side; at += 1) identity[at * side + at] = 1;
  return inFeatures <= outFeatures ? { a: identity, b: delta } : { a: delta, b: identity };
}

/** As PEFT: an entry names a module, or one that contains it, by the end of its path. */
function isIn(entries: readonly string[], module: string): boolean {
  return entries.some((entry) => {
    for (let path = module; path !== ''; path = path.slice(0, Math.max(path.lastIndexOf('.'), 0))) {
      if (path === entry || path.endsWith(`.${entry}`)) return true;
    }
    return false;
  });
}
