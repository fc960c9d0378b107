import type { RotaryTable } from '../operations/rotate.js';
import type { LlamaConfig } from './llama-config.js';
import { rotaryFrequencies } from './rotary-frequencies.js';

export interface RotaryTables {
  readonly queries: RotaryTable;
  readonly keys: RotaryTable;
}

/** The tables of rows at the given positions. Angles are computed in float64: those of late positions lose digits in float32. */
export function rotaryTables(config: LlamaConfig, positions: Int32Array): RotaryTables {
  const frequencies = rotaryFrequencies(config.headSize, config.rotaryTheta, config.rotaryScaling);
  const half = frequencies.length;
  const magnitude = config.rotaryScaling.kind === 'YARN' ? config.rotaryScaling.magnitude : 1;
  const cosines = new Float32Array(positions.length * half);
  const sines = new Float32Array(positions.length * half);
  // Examples of a batch share positions: each is computed once.
  const rowOf = new Map<number, number>();
  positions.forEach((position, row) => {
    const known = rowOf.get(position);
    if (known !== undefined) {
      for (const table of [cosines, sines]) table.copyWithin(row * half, known * half, (known + 1) * half);
      return;
    }
    rowOf.set(position, row);
    for (let pair = 0; pair < half; pair += 1) {
      const angle = position * frequencies[pair]!;
      cosines[row * half + pair] = magnitude * Math.cos(angle);
      sines[row * half + pair] = magnitude * Math.sin(angle);
    }
  });
  return {
    queries: { heads: config.heads, cosines, sines },
    keys: { heads: config.keyValueHeads, cosines, sines },
  };
}
