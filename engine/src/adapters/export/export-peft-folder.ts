import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { algebraErrors } from '../../algebra/index.js';
import { writeSafetensors, type TensorToWrite } from '../../tensors/index.js';
import type { AdapterFile, AdapterModuleInfo } from '../adapter.js';
import { adapterErrors } from '../errors.js';
import { PEFT_CONFIG, PEFT_WEIGHTS } from '../import/open-source.js';
import { biasOf, encodeLayer, round, type EncodedLayer } from './export-layer.js';
import { formatPeftConfig } from './format-peft-config.js';
import type { ExportDtype, ExportedPeft, ExportPeftOptions } from './peft-export.js';
import { noticesOf } from './export-notices.js';
import { planExport, type ExportedLayer, type ExportPlan } from './plan-export.js';

/**
 * Writes an adapter as a folder that PEFT and vLLM load, one module in memory at a time: every layer in the layout that it came in (linear, Conv1D,
 * embedding, Conv2d), biases as those of B, target modules as full paths. `readPeftFolder` gives the same modules back; with PATTERNS and F32 their factors to
 * the bit, and scales to one rounding.
 *
 * Refuses a folder that is not empty, and leaves nothing in it on failure or abort. The same adapter and options give the same bytes.
 */
export async function exportPeftFolder(
  adapter: AdapterFile,
  folder: string,
  options: ExportPeftOptions = {},
): Promise<ExportedPeft> {
  const { maxRank, dtype = 'F32', signal, onProgress } = options;
  if (maxRank !== undefined && !(Number.isSafeInteger(maxRank) && maxRank >= 1)) {
    throw algebraErrors.rankInvalid({ got: maxRank });
  }
  const plan = planExport(adapter.path, adapter.modules, options);
  await mkdir(folder, { recursive: true });
  const { length: got } = await readdir(folder);
  if (got > 0) throw adapterErrors.folderNotEmpty({ file: folder, got });

  const losses: Losses = new Map();
  const weights = join(folder, PEFT_WEIGHTS);
  const config = join(folder, PEFT_CONFIG);
  try {
    const written = await writeSafetensors(weights, {
      metadata: { format: 'pt' },
      tensors: plan.layers.flatMap((layer) => toTensors(adapter, layer, plan, dtype, losses)),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
    });
    const text = formatPeftConfig(plan, options);
    // The config comes last: a folder without it is not taken for an adapter.
    await writeWhole(config, text);
    return {
      files: [
        { name: PEFT_WEIGHTS, ...written },
        {
          name: PEFT_CONFIG,
          byteLength: Buffer.byteLength(text),
          sha256: createHash('sha256').update(text).digest('hex'),
        },
      ],
      modules: plan.layers.length,
      rank: plan.rank,
      scale: plan.scale,
      ranks: plan.ranks,
      dtype,
      ...summarize(plan, losses),
      notices: noticesOf(plan),
    };
  } catch (error) {
    await Promise.all([weights, config].map((file) => rm(file, { force: true })));
    throw error;
  }
}

/** What was lost, without the bytes. */
type Losses = Map<string, Pick<EncodedLayer, 'lost' | 'energy'>>;

function toTensors(
  adapter: AdapterFile,
  layer: ExportedLayer,
  { withBias }: ExportPlan,
  dtype: ExportDtype,
  losses: Losses,
): readonly TensorToWrite[] {
  const { info, rank, scale, bias } = layer;
  const { name: module, outFeatures } = info;
  // The writer asks for both factors, one after the other: they are made once and dropped after the second.
  let held: Promise<EncodedLayer> | undefined;
  const take = async (factor: 'a' | 'b'): Promise<Uint8Array> => {
    const first = held === undefined;
    held ??= adapter.readFactors(module).then((factors) => encodeLayer(layer, factors, dtype));
    const encoded = await held;
    losses.set(module, { lost: encoded.lost, energy: encoded.energy });
    if (!first) held = undefined;
    return encoded[factor];
  };
  const names = tensorNames(info);
  const shapes = tensorShapes(info, rank);
  const tensors: TensorToWrite[] = [
    { name: names.a, dtype, shape: shapes.a, read: () => take('a') },
    { name: names.b, dtype, shape: shapes.b, read: () => take('b') },
  ];
  if (withBias) {
    const read = async (): Promise<Uint8Array> => {
      const values =
        bias === undefined ? new Float32Array(outFeatures) : biasOf(await adapter.readFactors(bias.name), bias, scale);
      return round(module, values, dtype).bytes;
    };
    tensors.push({ name: `base_model.model.${module}.lora_B.bias`, dtype, shape: [outFeatures], read });
  }
  return tensors;
}

function tensorNames({ name, layout }: AdapterModuleInfo): { readonly a: string; readonly b: string } {
  const path = `base_model.model.${name}`;
  if (layout === 'EMBEDDING') return { a: `${path}.lora_embedding_A`, b: `${path}.lora_embedding_B` };
  return { a: `${path}.lora_A.weight`, b: `${path}.lora_B.weight` };
}

function tensorShapes(
  { inFeatures, outFeatures, kernel }: AdapterModuleInfo,
  rank: number,
): { readonly a: readonly number[]; readonly b: readonly number[] } {
  if (kernel === undefined) return { a: [rank, inFeatures], b: [outFeatures, rank] };
  const [height, width] = kernel;
  return { a: [rank, inFeatures / (height * width), height, width], b: [outFeatures, rank, 1, 1] };
}

function summarize(
  { layers }: ExportPlan,
  losses: Losses,
): Pick<ExportedPeft, 'truncated' | 'relativeError' | 'worst'> {
  let [lost, energy] = [0, 0];
  let worst: ExportedPeft['worst'];
  for (const [module, loss] of losses) {
    lost += loss.lost;
    energy += loss.energy;
    const relativeError = loss.energy === 0 ? 0 : Math.sqrt(loss.lost / loss.energy);
    if (relativeError > (worst?.relativeError ?? 0)) worst = { module, relativeError };
  }
  return {
    truncated: layers.filter(({ info, kept }) => kept < info.rank).length,
    relativeError: energy === 0 ? 0 : Math.sqrt(lost / energy),
    ...(worst !== undefined && { worst }),
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
