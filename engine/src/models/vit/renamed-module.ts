/** As transformers 5 calls the parts of a ViT's layer in memory, and so PEFT in adapters; its files keep the names on the right. */
const PARTS: Readonly<Record<string, string>> = {
  'attention.q_proj': 'attention.attention.query',
  'attention.k_proj': 'attention.attention.key',
  'attention.v_proj': 'attention.attention.value',
  'attention.o_proj': 'attention.output.dense',
  'mlp.fc1': 'intermediate.dense',
  'mlp.fc2': 'output.dense',
};
const RENAMED = /(?<![^.])layers\.(\d+)\.(attention\.[qkvo]_proj|mlp\.fc[12])(?=$|\.(?:weight|bias)$)/;

/** The name that files have for a module, or a parameter of it, of a ViT as transformers 5 names it; any other name as it is. */
export const renamedModule = (name: string): string =>
  name.replace(RENAMED, (_, index: string, part: string) => `encoder.layer.${index}.${PARTS[part]!}`);
