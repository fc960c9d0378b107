import type { ExportPeftOptions } from './peft-export.js';
import type { ExportedLayer, ExportPlan } from './plan-export.js';

/** adapter_config.json of an export: target modules are full paths, so that PEFT adapts these layers and no others. */
export function formatPeftConfig(
  { layers, rank, scale, withBias }: ExportPlan,
  { baseModel, baseRevision, taskType }: Pick<ExportPeftOptions, 'baseModel' | 'baseRevision' | 'taskType'>,
): string {
  const alpha = scale * rank;
  const pattern = (valueOf: (layer: ExportedLayer) => number, usual: number) =>
    Object.fromEntries(
      layers.filter((layer) => valueOf(layer) !== usual).map((layer) => [keyOf(layer.info.name), valueOf(layer)]),
    );
  const config = {
    peft_type: 'LORA',
    task_type: taskType ?? null,
    base_model_name_or_path: baseModel ?? null,
    revision: baseRevision ?? null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    rank_pattern: pattern((layer) => layer.rank, rank),
    alpha_pattern: pattern((layer) => layer.scale * layer.rank, alpha),
    target_modules: layers.map(({ info }) => info.name),
    lora_dropout: 0,
    use_rslora: false,
    use_dora: false,
    lora_bias: withBias,
    // PEFT corrects the flag layer by layer: true is right as soon as one layer is transposed.
    fan_in_fan_out: layers.some(({ info }) => info.layout === 'TRANSPOSED'),
    bias: 'none',
    modules_to_save: null,
    init_lora_weights: true,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** PEFT matches `^(.*\.)?(KEY)$`; the anchor keeps the key from matching modules whose path merely ends with this one. */
const keyOf = (name: string): string => `^${name.replaceAll('.', '\\.')}`;
