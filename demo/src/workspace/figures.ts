import type { SeedFigures } from '../figures/measure.js';
import type { Score } from '../figures/statistics.js';

/** `figures.json`: what the scripts measured on the shipped bytes. Accuracies are from 0 to 1. */
export interface DemoFigures {
  readonly version: 1;
  readonly baseDigest: string;
  readonly tasks: readonly string[];
  /** Images per task that were looked at. λ and the best single adapter are chosen on validation, everything else is test. */
  readonly looks: { readonly validation: number; readonly test: number };
  readonly base: Score;
  /** Mean of the base over the validation images that λ is chosen on. */
  readonly baseOnValidation: number;
  /** How many of the first `images` test images of each task the base and the shipped specialists get right: what the tests compute again. */
  readonly check: {
    readonly images: number;
    readonly tasks: readonly {
      readonly task: string;
      readonly base: number;
      readonly LORA: number;
      readonly L_LORA: number;
    }[];
  };
  /** The first seed's adapters are the shipped ones. */
  readonly seeds: readonly SeedFigures[];
}
