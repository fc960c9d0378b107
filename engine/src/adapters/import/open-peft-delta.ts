import type { AdapterModuleInfo } from '../adapter.js';
import { adapterErrors } from '../errors.js';
import { storedParameter } from '../module-layout.js';
import { openBaseWeights, type BaseWeights } from './base-weights.js';
import { interpret } from './interpret.js';
import { openAdapterSource } from './open-source.js';
import { changeOf } from './parameter-change.js';
import type { SourceModule } from './source-module.js';

/** A parameter of the base that an adapter changes. */
export interface PeftDeltaParameter {
  /** The base's own tensor. */
  readonly name: string;
  /** As the base stores it. */
  readonly shape: readonly number[];
  readonly module: AdapterModuleInfo;
  /** Whether its rows are scaled by DoRA's magnitudes: then the change depends on the base. */
  readonly dora: boolean;
}

/** What an adapter adds to its base, tensor by tensor, in the base's own layout. */
export interface PeftDelta {
  readonly path: string;
  /** By the base's tensor names. */
  readonly parameters: ReadonlyMap<string, PeftDeltaParameter>;
  /** W′ - W, row-major in the stored shape, computed in float64 and rounded once. One tensor in memory at a time. */
  readDelta(parameter: string): Promise<Float32Array>;
  /** W′ itself, rounded once: what to write where the base keeps float32. */
  readMerged(parameter: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens an adapter together with its base, exactly: ΔW = scale·B·A, DoRA as W′ = m ⊙ (W + scale·B·A) / ‖W + scale·B·A‖ by rows of the linear map (Liu et al.,
 * "DoRA", 2024, equation 5), tensors that were trained whole as their difference. Everything else that `inspectAdapter` reports as a blocker is refused.
 *
 * @param base Hugging Face folder of the stock base.
 */
export async function openPeftDelta(
  path: string,
  base: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<PeftDelta> {
  const source = await openAdapterSource(path, options);
  let weights: BaseWeights | undefined;
  try {
    const opened = (weights = await openBaseWeights(base, options));
    const read = await interpret(source, opened, options);
    const blockers = read.blockers.filter(({ code }) => code !== 'DORA');
    if (blockers.length > 0) throw adapterErrors.importRefused({ file: path, blockers });
    const modules = new Map<string, SourceModule>();
    const parameters = new Map<string, PeftDeltaParameter>();
    for (const module of read.modules) {
      const parameter = locate(path, module, opened);
      if (parameters.has(parameter.name)) {
        const rule = `it changes ${parameter.name}, which another module changes too`;
        throw adapterErrors.moduleInvalid({ file: path, module: module.info.name, rule });
      }
      parameters.set(parameter.name, parameter);
      modules.set(parameter.name, module);
    }
    const compute = async (parameter: string, form: 'STORED' | 'MERGED'): Promise<Float32Array> => {
      const module = modules.get(parameter);
      if (module === undefined) throw adapterErrors.moduleUnknown({ file: path, module: parameter });
      options.signal?.throwIfAborted();
      return changeOf(module, { source: source.weights!, base: { source: opened.source, name: parameter } }, form);
    };
    return {
      path,
      parameters,
      readDelta: (parameter) => compute(parameter, 'STORED'),
      readMerged: (parameter) => compute(parameter, 'MERGED'),
      async close() {
        await source.close();
        await opened.close();
      },
    };
  } catch (error) {
    await source.close();
    await weights?.close();
    throw error;
  }
}

function locate(path: string, module: SourceModule, base: BaseWeights): PeftDeltaParameter {
  const { info } = module;
  const wanted = storedParameter(info);
  const found = base.find(wanted.name);
  const invalid = (rule: string): Error => adapterErrors.moduleInvalid({ file: path, module: info.name, rule });
  if (found === undefined) throw invalid(`the base has no parameter ${wanted.name}`);
  const { shape } = found.info;
  if (String(shape) !== String(wanted.shape)) {
    const got = `[${wanted.shape.join(', ')}]`;
    throw invalid(`its update has shape ${got}, the base's ${found.info.name} has [${shape.join(', ')}]`);
  }
  return { name: found.info.name, shape, module: info, dora: module.magnitude !== undefined };
}
