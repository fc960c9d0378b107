export type DiffusionPart = 'A' | 'B' | 'ALPHA' | 'BIAS';

export interface DiffusionName {
  readonly module: string;
  readonly part: DiffusionPart | 'DORA' | 'FAMILY';
  /** Whether PEFT writes such names too. */
  readonly style: 'KOHYA' | 'DIFFUSERS' | 'PEFT';
}

/** One way to write a part's name: everything before it is the module. */
const FORMS: readonly (readonly [RegExp, DiffusionName['part'], DiffusionName['style']])[] = [
  [/^(.+)\.lora_down\.weight$/s, 'A', 'KOHYA'],
  [/^(.+)\.lora_up\.weight$/s, 'B', 'KOHYA'],
  [/^(.+)\.(?:alpha|network_alpha)$/s, 'ALPHA', 'KOHYA'],
  [/^(.+)\.(?:dora_scale|lora_magnitude_vector(?:\.weight)?)$/s, 'DORA', 'KOHYA'],
  [
    /^(.+)\.(?:lora_mid\.weight|hada_\w+|lokr_\w+|oft_\w+|diff|diff_b|b_norm|w_norm|lora_[AB]\.bias_mid)$/s,
    'FAMILY',
    'KOHYA',
  ],
  [/^(.+)\.lora(?:_linear_layer)?\.down\.weight$/s, 'A', 'DIFFUSERS'],
  [/^(.+)\.lora(?:_linear_layer)?\.up\.weight$/s, 'B', 'DIFFUSERS'],
  [/^(.+)\.lora_A\.weight$/s, 'A', 'PEFT'],
  [/^(.+)\.lora_B\.weight$/s, 'B', 'PEFT'],
  [/^(.+)\.lora_B\.bias$/s, 'BIAS', 'PEFT'],
];

/** Before diffusers used PEFT, its attention processors held the factors: `attn1.processor.to_q_lora.down.weight` is of `attn1.to_q`. */
const PROCESSOR = /^(.+?)(?:\.processor)?\.(to_[qkv]|to_out)_lora\.(down|up)\.weight$/s;

/** Reads a name of kohya's sd-scripts or of diffusers; undefined where it is none. */
export function readDiffusionName(tensor: string): DiffusionName | undefined {
  const [, attention, projection, factor] = PROCESSOR.exec(tensor) ?? [];
  if (attention !== undefined) {
    const layer = projection === 'to_out' ? 'to_out.0' : projection!;
    return { module: `${attention}.${layer}`, part: factor === 'down' ? 'A' : 'B', style: 'DIFFUSERS' };
  }
  for (const [form, part, style] of FORMS) {
    const [, module] = form.exec(tensor) ?? [];
    if (module !== undefined) return { module, part, style };
  }
  return undefined;
}
