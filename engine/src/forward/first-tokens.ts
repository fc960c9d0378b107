import type { VisionModel } from '../models/index.js';

/** Class token and patches with their positions, after the first norm, `[count, tokens, width]`: what no adapter of linear layers changes. In float64. */
export function firstTokens({ config, parameters }: VisionModel, patches: Float32Array, count: number): Float32Array {
  const { hiddenSize: width, layerNormEpsilon } = config;
  const of = (name: string): Float32Array => parameters.get(`vision_model.${name}`)!.values;
  const weight = of('embeddings.patch_embedding.weight');
  const classToken = of('embeddings.class_embedding');
  const positions = of('embeddings.position_embedding.weight');
  const [gamma, beta] = [of('pre_layrnorm.weight'), of('pre_layrnorm.bias')];
  const tokens = positions.length / width;
  const depth = weight.length / width;
  const out = new Float32Array(count * tokens * width);
  const row = new Float64Array(width);
  for (let image = 0; image < count; image += 1) {
    for (let token = 0; token < tokens; token += 1) {
      const patch = (image * (tokens - 1) + token - 1) * depth;
      for (let i = 0; i < width; i += 1) {
        let sum = token === 0 ? classToken[i]! : 0;
        if (token > 0) for (let k = 0; k < depth; k += 1) sum += weight[i * depth + k]! * patches[patch + k]!;
        row[i] = sum + positions[token * width + i]!;
      }
      normalize(row, layerNormEpsilon);
      const at = (image * tokens + token) * width;
      for (let i = 0; i < width; i += 1) out[at + i] = row[i]! * gamma[i]! + beta[i]!;
    }
  }
  return out;
}

function normalize(row: Float64Array, epsilon: number): void {
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  const scale = 1 / Math.sqrt(variance + epsilon);
  row.forEach((x, i) => (row[i] = (x - mean) * scale));
}
