import { TaskKind, type BaseModel, type Task } from '../entities/index.js';
import { describeComputation } from './describe-computation.js';

/**
 * Why a model cannot answer a task without a head for it, as far as its config.json tells; null if it can. Texts are answered in words or by a classifier,
 * images by a whole CLIP, which is told the classes in words, or by a classifier; whether a classifier fits, its weights tell.
 */
export function whyHeadNeeded({ config, files }: BaseModel, { kind }: Task): string | null {
  if (Object.keys(files).length === 0) return 'the weights of the base are not here';
  const { computation, why } = describeComputation(config);
  if (computation === null) return `Crucible does not compute the base (${why})`;
  const { family, reads } = computation;
  if (kind === TaskKind.TEXT)
    return reads.includes('TEXT') && !reads.includes('IMAGES') ? null : `a ${family} answers no texts`;
  if (!reads.includes('IMAGES')) return `a ${family} reads no images`;
  return reads.includes('TEXT') || family === 'vit' ? null : `a ${family} has no classifier of its own`;
}
