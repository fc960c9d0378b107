/** A model as mergekit writes it: `path@revision+lora@revision`. */
export interface ModelReference {
  /** As it stands in the configuration. */
  readonly text: string;
  readonly model: string;
  readonly revision?: string;
  readonly lora?: string;
  readonly loraRevision?: string;
}

/**
 * Reads `path`, `path@revision`, `path+lora`, or `path@revision+lora@revision`. The last `+` begins the LoRA, the last `@` of each part its revision;
 * mergekit allows one of each and reads those the same.
 */
export function parseModelReference(text: string): ModelReference {
  const plus = text.lastIndexOf('+');
  const [model, revision] = splitRevision(plus < 0 ? text : text.slice(0, plus));
  if (plus < 0) return { text, model, ...(revision === undefined ? {} : { revision }) };
  const [lora, loraRevision] = splitRevision(text.slice(plus + 1));
  return {
    text,
    model,
    lora,
    ...(revision === undefined ? {} : { revision }),
    ...(loraRevision === undefined ? {} : { loraRevision }),
  };
}

function splitRevision(part: string): [string, string | undefined] {
  const at = part.lastIndexOf('@');
  return at <= 0 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)];
}
