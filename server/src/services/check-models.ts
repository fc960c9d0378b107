import type { EntityManager } from '@mikro-orm/postgresql';
import { BaseModel } from '../entities/index.js';
import { findById } from './find-by-id.js';
import { NotFound } from './problems.js';

export interface ModelIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Models by their ids, each with where it stands in the request; or the first that is not there. */
export async function findModels(
  em: EntityManager,
  wanted: readonly { readonly id: string; readonly path: readonly (string | number)[] }[],
): Promise<readonly BaseModel[] | NotFound> {
  const found: BaseModel[] = [];
  for (const { id, path } of wanted) {
    const model = await findById(em, BaseModel, id);
    if (model === null) return new NotFound('base model', id, path);
    found.push(model);
  }
  return found;
}

/** What the rows tell: whether the weights are here, and whether the models can have been fine-tuned from the base. Tensors are compared by the job. */
export function checkModels(
  base: BaseModel,
  models: readonly { readonly model: BaseModel; readonly path: readonly (string | number)[] }[],
): readonly ModelIssue[] {
  const weightless = [{ model: base, path: ['base'] as readonly (string | number)[] }, ...models]
    .filter(({ model }) => Object.keys(model.files).length === 0)
    .map(({ model: { name }, path }) => ({
      code: 'BASE_WITHOUT_WEIGHTS',
      message: `The weights of "${name}" are not here, its name alone is known; import the model.`,
      path,
    }));
  const foreign = models
    .filter(({ model }) => Object.keys(model.files).length > 0 && model.architecture !== base.architecture)
    .map(({ model: { name, architecture }, path }) => ({
      code: 'ARCHITECTURE_DIFFERS',
      message: `"${name}" is a ${architecture} and the base "${base.name}" a ${base.architecture}; only models that were fine-tuned from the base are fused.`,
      path,
    }));
  return Object.keys(base.files).length === 0 ? weightless : [...weightless, ...foreign];
}

/** Least bytes of one file of weights: a smaller cap would only make many files. */
export const LEAST_SHARD_BYTES = 2 ** 20;

export function checkNumbers({
  seed = 0,
  maxShardBytes,
}: {
  readonly seed?: number | undefined;
  readonly maxShardBytes?: number | undefined;
}): readonly ModelIssue[] {
  const issues: ModelIssue[] = [];
  if (!Number.isInteger(seed) || seed < 0 || seed > 0x7fffffff) {
    const message = `The seed is ${seed}; give a whole number from 0 to 2147483647.`;
    issues.push({ code: 'SEED_INVALID', message, path: ['seed'] });
  }
  if (maxShardBytes !== undefined && !(Number.isSafeInteger(maxShardBytes) && maxShardBytes >= LEAST_SHARD_BYTES)) {
    const message = `The size of a file is ${maxShardBytes}; give a whole number from ${LEAST_SHARD_BYTES}.`;
    issues.push({ code: 'SHARD_SIZE_INVALID', message, path: ['maxShardBytes'] });
  }
  return issues;
}
