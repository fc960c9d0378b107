/** Where in the depth of its model a module lies. */
export interface Layer {
  /** Path of the list that the layer is in, such as `model.layers`: models with an encoder and a decoder have two. */
  readonly stack: string;
  /** Position in that list, from 0. */
  readonly index: number;
}

/** The layer that a module's path names by its first number: `model.layers.12.mlp.up_proj` lies in layer 12 of `model.layers`. */
export function layerOf(module: string): Layer | undefined {
  const parts = module.split('.');
  const at = parts.findIndex((part) => /^\d{1,6}$/.test(part));
  if (at < 0) return undefined;
  return { stack: parts.slice(0, at).join('.'), index: Number(parts[at]) };
}
