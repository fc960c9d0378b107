import { I32, V128, type Code, type WasmFunction } from '../kernels/wasm/assembler.js';
import { advance, get, set, v128, whileBelow } from '../kernels/wasm/instructions.js';
import { f32, f32x4, sumOfLanes, type MultiplyAdd } from './simd.js';

/** Vectors that are summed side by side. */
const LANES = 4;

/** y = γ (x − mean) / √(var + ε) + β, row by row of this width, a multiple of 16. Parameters: x, its end, y, γ, β. */
export function layerNormCode(width: number, epsilon: number, multiplyAdd: MultiplyAdd): WasmFunction {
  const [x, end, y, gamma, beta] = [0, 1, 2, 3, 4];
  const [mean, scale, value] = [5, 6, 7];
  const sums = [8, 9, 10, 11];
  const vectors = Array.from({ length: width / 4 }, (_, i) => i);
  const total: Code = [
    ...set(sums[0]!, f32x4.add(f32x4.add(get(sums[0]!), get(sums[1]!)), f32x4.add(get(sums[2]!), get(sums[3]!)))),
    ...sumOfLanes(sums[0]!),
  ];
  const cleared = sums.flatMap((sum) => set(sum, f32x4.constant(0)));
  const share = f32.constant(1 / width);
  return {
    name: 'layerNorm',
    parameters: [I32, I32, I32, I32, I32],
    results: [],
    locals: [V128, V128, V128, V128, V128, V128, V128],
    body: whileBelow(x, end, [
      ...cleared,
      ...vectors.flatMap((i) => {
        const sum = sums[i % LANES]!;
        return set(sum, f32x4.add(get(sum), v128.load(get(x), i * 16)));
      }),
      ...set(mean, f32x4.splat(f32.multiply(total, share))),
      ...cleared,
      ...vectors.flatMap((i) => {
        const sum = sums[i % LANES]!;
        return [
          ...set(value, f32x4.subtract(v128.load(get(x), i * 16), get(mean))),
          ...set(sum, multiplyAdd(get(value), get(value), get(sum))),
        ];
      }),
      ...set(
        scale,
        f32x4.splat(f32.divide(f32.constant(1), f32.root(f32.add(f32.multiply(total, share), f32.constant(epsilon))))),
      ),
      ...vectors.flatMap((i) => [
        ...set(value, f32x4.multiply(f32x4.subtract(v128.load(get(x), i * 16), get(mean)), get(scale))),
        ...v128.store(
          get(y),
          multiplyAdd(get(value), v128.load(get(gamma), i * 16), v128.load(get(beta), i * 16)),
          i * 16,
        ),
      ]),
      ...advance(x, width * 4),
      ...advance(y, width * 4),
    ]),
  };
}
