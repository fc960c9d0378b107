/** Modules that come before the layers, by what their names hold: token and patch embeddings, positions, the norm before CLIP's first layer. GPT-NeoX's `embed_out` is its head. */
const BEFORE = /(?<!un)embed(?!_out)|wte|wpe|shared|patch|pre_la?yr?norm|conv_in|stem/;

interface Place {
  /** What stands before the number: an encoder and a decoder each have layers of their own. */
  readonly stack: string;
  readonly layer: number;
}

/**
 * How deep each module lies, from 0 at the first layer to 1 at the last: layer / (layers - 1). The layer is the first number among the parts of the
 * module's name, as 7 in `model.layers.7.mlp.up_proj`; layers are counted per stack of them (what stands before the number), up to the greatest number
 * that a module of the run has. Of modules without a number, embeddings are at 0 and everything else (heads, final norms) at 1. One layer alone is at 0.
 */
export function moduleDepths(modules: readonly string[]): readonly number[] {
  const places = modules.map(placeOf);
  const last = new Map<string, number>();
  for (const place of places) {
    if (place) last.set(place.stack, Math.max(place.layer, last.get(place.stack) ?? 0));
  }
  return places.map((place, index) => {
    if (place === undefined) return BEFORE.test(modules[index]!) ? 0 : 1;
    return place.layer === 0 ? 0 : place.layer / last.get(place.stack)!;
  });
}

function placeOf(module: string): Place | undefined {
  const parts = module.split('.');
  const at = parts.findIndex((part) => /^\d{1,9}$/.test(part));
  return at < 0 ? undefined : { stack: parts.slice(0, at).join('.'), layer: Number(parts[at]) };
}
