import { floatBytes } from '../checkpoints/float-dtype.js';
import { DISJOINT_BLOCK, DisjointBlocks, isBlockRule, type BlockRule } from './disjoint-blocks.js';
import type { DisjointMember } from './disjoint-rule.js';
import { kernelErrors } from './errors.js';
import type { FloatStream } from './float-streams.js';
import { loadBlock, subtractBlock, type StreamDtype } from './stream-blocks.js';
import { padded } from './wasm/float-kernels.js';

/**
 * How often the merged task vector is rounded: `ONCE`, with the sum of it and the base; or `FLOAT32_FIRST`, to float32 and then the sum, as if it had been a
 * float32 tensor in between.
 */
export type MergeRounding = 'ONCE' | 'FLOAT32_FIRST';

/**
 * θ_0 + merge(trim(θ_i - θ_0)), stretch after stretch of one tensor, in row-major order: differences, trim, election and merge of a block stay in the cache,
 * sums are float64. How the tensor is cut into stretches does not change a bit: among equal magnitudes the first ones of the tensor stay.
 *
 * @throws KERNELS_ARGUMENT_INVALID for a rule by COUNT or MAX
 */
export class DifferenceMerger {
  readonly #blocks: DisjointBlocks;
  readonly #rounding: MergeRounding;

  constructor(members: readonly DisjointMember[], rule: BlockRule, rounding: MergeRounding = 'ONCE') {
    if (!isBlockRule(rule)) {
      const got = `${rule.vote}, ${'merge' in rule ? rule.merge : 'SUM'}`;
      const expected = 'a vote by MASS and a merge by MEAN or SUM, or no vote';
      throw kernelErrors.argumentInvalid({ argument: 'The rule', got, expected });
    }
    this.#blocks = new DisjointBlocks(members, rule);
    this.#rounding = rounding;
  }

  /** The next stretch; `models` in the order of the members. @throws KERNELS_NOT_FINITE, KERNELS_ARGUMENT_INVALID */
  merge(
    base: FloatStream,
    models: readonly FloatStream[],
    output: { readonly bytes: Uint8Array; readonly dtype: StreamDtype },
  ): void {
    const { kernels, entries, operands, sums } = this.#blocks;
    const memory = new Uint8Array(kernels.buffer);
    const length = base.bytes.length / floatBytes(base.dtype);
    const size = floatBytes(output.dtype);
    const [first, second] = operands;
    const encode = output.dtype === 'BF16' ? kernels.encodeBF16 : kernels.encodeF32;
    for (let begin = 0; begin < length; begin += DISJOINT_BLOCK) {
      const count = Math.min(DISJOINT_BLOCK, length - begin);
      const wide = 8 * padded(count);
      models.forEach((model, m) => {
        subtractBlock(kernels, model, base, begin, count, operands, entries);
        this.#blocks.take(m, count);
      });
      this.#blocks.merge(count);
      if (this.#rounding === 'FLOAT32_FIRST') {
        kernels.encodeF32(entries, sums, sums + wide);
        kernels.scaleF32(sums, entries, entries + wide / 2, 1);
      }
      // The last subtraction left the base's block behind.
      if (models.length === 0) loadBlock(memory, base, begin, count, second);
      const add = base.dtype === 'BF16' ? kernels.addBF16 : kernels.addF32;
      add(sums, second, second + floatBytes(base.dtype) * padded(count), 1);
      if (encode(first, sums, sums + wide) !== 0) throw kernelErrors.notFinite({ input: 'The merged tensor' });
      output.bytes.set(memory.subarray(first, first + size * count), begin * size);
    }
  }
}
