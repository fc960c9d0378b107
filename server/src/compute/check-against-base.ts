import {
  storedParameter,
  type AdapterBase,
  type AdapterInspection,
  type InspectedModule,
} from '@crucible/engine/adapters';
import { locateModules, openCheckpoint } from '@crucible/engine/checkpoints';
import { isCrucibleError } from '@crucible/engine/errors';
import type { InspectionBlocker } from '../entities/adapter-inspection.js';

/** Reasons that are told; a wrong base gives one for each module. */
const TOLD = 10;
const REMEDY = 'Choose the base model that the adapter was trained on, in the same revision';

/**
 * Layers that the adapter changes and the base does not have, or has in another shape. An adapter of another base may well be readable: what tells is the
 * base's own header. Tensors that were trained whole are compared where they are read.
 */
export async function checkAgainstBase(
  found: AdapterInspection,
  { folder }: AdapterBase,
): Promise<readonly InspectionBlocker[]> {
  if (folder === undefined) return [];
  const untied = found.notices.flatMap(({ code, subject }) => (code === 'WEIGHT_UNTIED' ? [subject ?? ''] : []));
  const layers = found.modules.filter(
    ({ name, kind, parameter }) =>
      kind === 'LORA' && parameter !== 'BIAS' && !untied.some((one) => one.startsWith(name)),
  );
  if (layers.length === 0) return [];
  const base = await openCheckpoint(folder);
  try {
    const tensors = locateModules(
      base,
      layers.map(({ name }) => name),
    );
    return layers
      .flatMap((layer) => differences(layer, base.source.info(tensors.get(layer.name)!).shape))
      .slice(0, TOLD);
  } catch (error) {
    if (!isCrucibleError(error) || error.code !== 'CHECKPOINT_MODULE_UNKNOWN') throw error;
    const { modules = [], count = 0 } = error.details as {
      readonly modules?: readonly string[];
      readonly count?: number;
    };
    const reason = `the base lacks ${count} of the ${layers.length} layers that it changes`;
    return modules.slice(0, TOLD).map((subject) => ({ code: 'BASE_DIFFERS', subject, reason, remedy: REMEDY }));
  } finally {
    await base.close();
  }
}

function differences(layer: InspectedModule, shape: readonly number[]): readonly InspectionBlocker[] {
  const expected = storedParameter(layer).shape;
  if (String(expected) === String(shape)) return [];
  const reason = `it changes a weight of [${expected.join(', ')}], the base has [${shape.join(', ')}]`;
  return [{ code: 'BASE_DIFFERS', subject: layer.name, reason, remedy: REMEDY }];
}
