import { ForwardWeights, openModel, type Model, type TensorFlow } from '@crucible/engine/models';

export interface WholeModel {
  readonly model: Model;
  readonly weights: ForwardWeights;
}

let kept: { readonly folder: string; readonly whole: WholeModel } | undefined;

/** A model of any family, with all that it can do, each matrix held once. As in `openBase`, the last one is kept: a folder is named by the digest of what is in it. */
export async function openWholeModel(tf: TensorFlow, folder: string, signal: AbortSignal): Promise<WholeModel> {
  if (kept?.folder === folder) return kept.whole;
  kept?.whole.weights.dispose();
  kept = undefined;
  const model = await openModel(folder, { signal });
  const whole = { model, weights: new ForwardWeights(tf, model.parameters) };
  kept = { folder, whole };
  return whole;
}
