import { createScorer, type Scorer } from '@crucible/engine/evaluation';
import { openImageModel, type ImageModel, type TensorFlow } from '@crucible/engine/models';

interface OpenedBase {
  readonly model: ImageModel;
  readonly scorer: Scorer;
}

let kept: { readonly folder: string; readonly base: OpenedBase } | undefined;

/**
 * The base of a folder, ready to be scored. The last one is kept, since a process that scores mostly scores adapters of one base; a folder is
 * named by the digest of what is in it, so what is kept cannot be outdated.
 */
export async function openBase(tf: TensorFlow, folder: string, signal: AbortSignal): Promise<OpenedBase> {
  if (kept?.folder === folder) return kept.base;
  kept?.base.scorer.dispose();
  kept = undefined;
  const model = await openImageModel(folder, { signal });
  const base = { model, scorer: createScorer({ tf, model }) };
  kept = { folder, base };
  return base;
}
