import type { ExportNotice } from './peft-export.js';
import type { ExportPlan } from './plan-export.js';

/** Ranks that vLLM can be started with (`--max-lora-rank`); it starts with 16. */
const VLLM_RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512] as const;
const VLLM_DEFAULT = 16;

/** What PEFT loads as it is and vLLM asks something for, or refuses. */
export function noticesOf({ layers, ranks, withBias }: ExportPlan): readonly ExportNotice[] {
  const notices: ExportNotice[] = [];
  const rank = layers.reduce((most, layer) => Math.max(most, layer.rank), 0);
  if (rank > VLLM_DEFAULT) {
    const enough = VLLM_RANKS.find((one) => one >= rank);
    const message =
      enough === undefined
        ? `vLLM serves ranks up to ${VLLM_RANKS.at(-1)!}, this adapter has ${rank}: export it with maxRank`
        : `vLLM must be started with --max-lora-rank ${enough}`;
    notices.push({ code: 'VLLM_RANK', message });
  }
  if (withBias) notices.push({ code: 'VLLM_BIAS', message: 'vLLM refuses adapters with biases (lora_bias)' });
  if (layers.some(({ info }) => info.layout === 'CONV2D')) {
    notices.push({ code: 'VLLM_CONVOLUTION', message: 'vLLM adapts no convolutions' });
  }
  const [first] = layers;
  const uniform = layers.every((layer) => layer.rank === first!.rank && layer.scale === first!.scale);
  if (ranks === 'PATTERNS' && !uniform) {
    const message = 'versions of vLLM that ignore rank_pattern and alpha_pattern apply a wrong scale in silence';
    notices.push({ code: 'VLLM_PATTERNS', message });
  }
  return notices;
}
