/**
 * How the frequencies of rotary positions are stretched for contexts longer than those of the first training.
 *
 * - `LINEAR` divides all of them by the factor (Chen et al. 2023, position interpolation).
 * - `LLAMA3` divides the slow ones, leaves the fast ones, and blends between by turns within the original context.
 * - `YARN` does so by the index of the pair, and scales cosines and sines besides (Peng et al. 2023, sections 3.2 to 3.4).
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
    }
  | {
      readonly kind: 'YARN';
      readonly factor: number;
      /** Pairs that turn more often than this within the original context are left as they are. */
      readonly fastTurns: number;
      /** Pairs that turn less often than this are divided by the factor. */
      readonly slowTurns: number;
      readonly originalPositions: number;
      /** Whether the bounds between are whole pairs. */
      readonly truncates: boolean;
      /** What cosines and sines are multiplied with. */
      readonly magnitude: number;
    };

/** Radians per token of each pair of a head's columns, `[size / 2]`: θ^(−2i / size) (RoFormer, Su et al. 2021, section 3.3), stretched. */
export function rotaryFrequencies(size: number, theta: number, scaling: RotaryScaling): Float64Array {
  const kept = shareKept(size, theta, scaling);
  return Float64Array.from({ length: size / 2 }, (_, pair) => {
    const frequency = theta ** ((-2 * pair) / size);
    if (scaling.kind === 'DEFAULT') return frequency;
    const share = kept(pair, frequency);
    return (1 - share) * (frequency / scaling.factor) + share * frequency;
  });
}

/** How much of a pair's frequency is left as it is, from 0 (all divided) to 1. */
function shareKept(size: number, theta: number, scaling: RotaryScaling): (pair: number, frequency: number) => number {
  switch (scaling.kind) {
    case 'DEFAULT':
      return () => 1;
    case 'LINEAR':
      return () => 0;
    case 'LLAMA3': {
      const { lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
      return (_, frequency) => clamp(((originalPositions * frequency) / (2 * Math.PI) - low) / (high - low));
    }
    default: {
      const { fastTurns, slowTurns, originalPositions, truncates } = scaling;
      // The pair, as a real number, that turns so often within the original context.
      const pairOf = (turns: number): number =>
        (size * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const [fast, slow] = [pairOf(fastTurns), pairOf(slowTurns)];
      const begin = Math.max(truncates ? Math.floor(fast) : fast, 0);
      const end = Math.min(truncates ? Math.ceil(slow) : slow, size - 1);
      return (pair) => 1 - clamp((pair - begin) / (end === begin ? 0.001 : end - begin));
    }
  }
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
