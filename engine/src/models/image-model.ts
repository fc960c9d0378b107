import type { Calculus } from './calculus/calculus.js';
import type { ParameterMap } from './calculus/model-weights.js';
import { modelErrors } from './errors.js';
import { RAW_PREPROCESSING, type ImageGeometry, type Preprocessing } from './extract-patches.js';
import type { VisionModel } from './load-vision-model.js';
import type { Model } from './model.js';
import { resolveUpdates } from './resolve-updates.js';
import { visionLinearLayers, type LinearShape } from './vision-parameters.js';
import { visionTower } from './vision-tower.js';

/** A model that embeds images: a CLIP vision tower, or any family that reads images. */
export type ImageModel = VisionModel | Model;

/** What embedding images takes, alike for all. */
export interface ImageEncoder {
  readonly geometry: ImageGeometry;
  readonly preprocessing: Preprocessing;
  /** Width of an embedding. */
  readonly projectionSize: number;
  readonly parameters: ParameterMap;
  readonly linearLayers: ReadonlyMap<string, LinearShape>;
  /** Columns of the rows of `extractPatches`. */
  readonly patchColumns: number;
  /** One embedding per image of `[batch · patches, patchColumns]`, not normalized. */
  embed<V>(calculus: Calculus<V>, patches: V, batch: number): V;
  /** An adapter's updates under the names that the model has. */
  resolve<T>(updates: ReadonlyMap<string, T>): ReadonlyMap<string, T>;
}

/**
 * @param output `logits` for a model with a classifier of its own; `projectionSize` is then its number of classes
 * @throws modelErrors.inputMissing where the model reads no images, modelErrors.outputUnknown where it has no classifier
 */
export function imageEncoder(model: ImageModel, output: 'embedding' | 'logits' = 'embedding'): ImageEncoder {
  const { parameters } = model;
  if (!('forward' in model)) {
    const { config, preprocessing } = model;
    if (output === 'logits') {
      throw modelErrors.outputUnknown({ family: 'clip-vision', got: output, known: ['embedding', 'hidden'] });
    }
    return {
      geometry: config,
      preprocessing,
      projectionSize: config.projectionSize,
      parameters,
      linearLayers: visionLinearLayers(config),
      patchColumns: columnsOf(config),
      embed: (calculus, patches, batch) => visionTower(config, calculus, patches, batch),
      // Adapters of a tower alone have always had its names.
      resolve: (updates) => updates,
    };
  }
  const { family, imageGeometry: geometry, preprocessing = RAW_PREPROCESSING, linearLayers } = model;
  if (geometry === undefined) throw modelErrors.inputMissing({ family, input: 'text, not images' });
  return {
    geometry,
    preprocessing,
    projectionSize: model.widthOf(output),
    parameters,
    linearLayers,
    patchColumns: columnsOf(geometry),
    embed: (calculus, patches, batch) => model.forward(calculus, { images: { batch, patches } }, output),
    resolve: (updates) => resolveUpdates(model, updates),
  };
}

const columnsOf = ({ channels, patchSize }: ImageGeometry): number => channels * patchSize ** 2;
