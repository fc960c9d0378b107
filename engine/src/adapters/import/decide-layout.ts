import type { ModuleLayout } from '../adapter.js';
import type { BaseWeights } from './base-weights.js';

/** GPT-2's layers, whose weights transformers stores as `[in, out]` (Conv1D). */
const CONV1D = /(?:^|\.)(?:c_attn|c_proj|c_fc|q_attn)$/;
const EMBEDDING =
  /(?:^|\.)(?:embed_tokens|wte|wpe|word_embeddings|position_embeddings|token_type_embeddings|tok_embeddings|embed_in|shared)$/;

/** The layout of a matrix that was trained whole: only names tell. */
export function layoutOfWhole(module: string): ModuleLayout {
  if (EMBEDDING.test(module)) return 'EMBEDDING';
  return CONV1D.test(module) ? 'TRANSPOSED' : 'LINEAR';
}

export interface LayoutDecision {
  readonly layout: 'LINEAR' | 'TRANSPOSED';
  /** Why it is not what the configuration says. */
  readonly reason?: string;
}

/**
 * Whether the base stores a layer's weight as `[out, in]` or `[in, out]`. PEFT keeps one flag for all layers and corrects it layer by layer as it goes,
 * so that the saved flag is that of the last layer: the shape in the base decides where it can, then the layer's name, then the flag.
 */
export function decideLayout(
  module: string,
  shape: { readonly inFeatures: number; readonly outFeatures: number },
  fanInFanOut: boolean,
  base: BaseWeights | undefined,
): LayoutDecision {
  const told = fanInFanOut ? 'TRANSPOSED' : 'LINEAR';
  const decide = (layout: LayoutDecision['layout'], reason: string): LayoutDecision =>
    layout === told ? { layout } : { layout, reason };
  const { inFeatures, outFeatures } = shape;
  const [rows, columns] = base?.find(`${module}.weight`)?.info.shape ?? [];
  if (rows !== undefined && inFeatures !== outFeatures) {
    if (rows === outFeatures && columns === inFeatures) return decide('LINEAR', 'the base stores it as [out, in]');
    if (rows === inFeatures && columns === outFeatures) return decide('TRANSPOSED', 'the base stores it as [in, out]');
  }
  if (fanInFanOut && /(?:^|\.)(?:lm_head|score|classifier)$/.test(module)) {
    return decide('LINEAR', 'heads of transformers are linear layers');
  }
  return { layout: told };
}
