/** What a tensor of a PEFT file is, by its name. */
export type PeftName = { readonly prefixed: boolean; readonly infix?: string } & (
  | {
      readonly part: 'A' | 'B' | 'LORA_BIAS' | 'EMBEDDING_A' | 'EMBEDDING_B' | 'MAGNITUDE';
      readonly module: string;
    }
  /** A parameter of the base that was saved whole. */
  | { readonly part: 'WHOLE'; readonly parameter: string; readonly copy: boolean }
  | { readonly part: 'UNKNOWN'; readonly reason: string }
);

const PREFIX = 'base_model.model.';
const FACTOR = /^(.+)\.lora_([AB])(?:\.([^.]+))?\.(weight|bias)$/s;
const EMBEDDING = /^(.+)\.lora_embedding_([AB])(?:\.([^.]+))?$/s;
/** A parameter before PEFT 0.11 and again in 0.2x, a module with a weight between them. */
const MAGNITUDE = /^(.+)\.lora_magnitude_vector(?:\.([^.]+))?$/s;
const SAVED = /^(.+)\.modules_to_save(?:\.([^.]+))?\.([^.]+)$/s;
const COPY = /^(.+)\.base_layer\.(weight|bias)$/s;
const OTHERS = /\.(?:lora_[A-Za-z]+|token_adapter|trainable_tokens_[a-z]+|hada_|lokr_|vera_|ia3_|oft_)/;

/**
 * Reads a name with or without `base_model.model.` before it, and with or without an adapter's name inside: PEFT strips that from what it saves, other
 * tools do not.
 */
export function readPeftName(tensor: string): PeftName {
  const prefixed = tensor.startsWith(PREFIX);
  const name = prefixed ? tensor.slice(PREFIX.length) : tensor;
  const withInfix = (infix: string | undefined) => (infix === undefined ? { prefixed } : { prefixed, infix });

  const [, module, factor, infix, kind] = FACTOR.exec(name) ?? [];
  if (module !== undefined) {
    if (kind === 'weight') return { part: factor as 'A' | 'B', module, ...withInfix(infix) };
    if (factor === 'B') return { part: 'LORA_BIAS', module, ...withInfix(infix) };
    return { part: 'UNKNOWN', prefixed, reason: 'A of a LoRA has no bias' };
  }
  const [, embedding, which, adapter] = EMBEDDING.exec(name) ?? [];
  if (embedding !== undefined) {
    const part = which === 'A' ? 'EMBEDDING_A' : 'EMBEDDING_B';
    return { part, module: embedding, ...withInfix(adapter) };
  }
  const [, dora, between] = MAGNITUDE.exec(name.replace(/(?<=\.lora_magnitude_vector(?:\.[^.]+)?)\.weight$/, '')) ?? [];
  if (dora !== undefined) return { part: 'MAGNITUDE', module: dora, ...withInfix(between) };

  const [, saved, owner, leaf] = SAVED.exec(name) ?? [];
  if (saved !== undefined) return { part: 'WHOLE', parameter: `${saved}.${leaf}`, copy: false, ...withInfix(owner) };
  const [, copied, parameter] = COPY.exec(name) ?? [];
  if (copied !== undefined) return { part: 'WHOLE', parameter: `${copied}.${parameter}`, copy: true, prefixed };
  if (OTHERS.test(name))
    return { part: 'UNKNOWN', prefixed, reason: 'it belongs to another kind of adapter than LoRA' };
  return { part: 'WHOLE', parameter: name, copy: false, prefixed };
}
