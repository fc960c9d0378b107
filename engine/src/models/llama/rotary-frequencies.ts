/**
 * How the frequencies of rotary positions are stretched for contexts longer than those of the first training.
 *
 * `LINEAR` divides all of them (Chen et al. 2023, position interpolation). `LLAMA3` divides the slow ones, leaves the fast ones, and blends between.
 */
export type RotaryScaling =
  | { readonly kind: 'DEFAULT' }
  | { readonly kind: 'LINEAR'; readonly factor: number }
  | {
      readonly kind: 'LLAMA3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    };

/** Radians per token of each pair of a head's columns, `[size / 2]`: θ^(−2i / size) (RoFormer, Su et al. 2021, section 3.3), scaled. */
export function rotaryFrequencies(size: number, theta: number, scaling: RotaryScaling): Float64Array {
  return Float64Array.from({ length: size / 2 }, (_, i) => stretch(theta ** ((-2 * i) / size), scaling));
}

function stretch(frequency: number, scaling: RotaryScaling): number {
  if (scaling.kind === 'DEFAULT') return frequency;
  const slow = frequency / scaling.factor;
  if (scaling.kind === 'LINEAR') return slow;
  const { lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
  // Full turns within the original context.
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  if (turns < low) return slow;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return (1 - share) * slow + share * frequency;
}
