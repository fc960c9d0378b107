import type { KeyedRandom } from '@crucible/engine/random';
import type { Examples, Split } from '@crucible/engine/tasks';
import { drawGlyphs, SIDE } from '../images/augment.js';
import { degrade } from '../images/degrade.js';
import type { Glyph, Outlines, ScriptGlyphs } from '../images/outlines.js';

export const COUNTS: Readonly<Record<Split, number>> = { train: 3000, validation: 500, test: 1000 };
const AREA = SIDE * SIDE;

export interface CleanImages {
  /** `[n, SIDE, SIDE]`, 0 to 1. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** The scan of clean images, as a split of a task. */
export function scan({ images, labels }: CleanImages, random: KeyedRandom, task: string, split: Split): Examples {
  return {
    count: labels.length,
    height: SIDE,
    width: SIDE,
    channels: 1,
    pixels: degrade(images, random, [task, split]),
    labels,
  };
}

/** Every class equally often, and within a class every font family that is in the split equally often. */
export function drawScript(
  script: ScriptGlyphs,
  faces: Outlines['faces'],
  random: KeyedRandom,
  split: Split,
): CleanImages {
  const count = COUNTS[split];
  const classes = script.characters.length;
  const families = script.characters.map((_, label) =>
    groupByFamily(
      script.glyphs.filter((g) => g.label === label),
      faces,
      split,
    ),
  );
  const order = random.permutation([script.name, split, 'order'], count);
  const draws = random.uniform([script.name, split, 'fonts'], count * 2);
  const labels = Int32Array.from(order, (position) => position % classes);
  const glyphs = [...labels].map((label, i) => {
    const choices = families[label]!;
    const weights = choices[Math.floor(draws[2 * i]! * choices.length)]!;
    return weights[Math.floor(draws[2 * i + 1]! * weights.length)]!;
  });
  return { images: drawGlyphs(glyphs, random, [script.name, split]), labels };
}

function groupByFamily(
  glyphs: readonly Glyph[],
  faces: Outlines['faces'],
  split: Split,
): readonly (readonly Glyph[])[] {
  const families = new Map<string, Glyph[]>();
  for (const glyph of glyphs) {
    const face = faces[glyph.face]!;
    if (face.split !== split) continue;
    families.set(face.id, [...(families.get(face.id) ?? []), glyph]);
  }
  if (families.size === 0) throw new Error(`no font of the ${split} split draws one of the characters`);
  return [...families.values()];
}

/** The photographs at `positions`. */
export function takePhotographs(pixels: Uint8Array, labels: Uint8Array, positions: ArrayLike<number>): CleanImages {
  const images = new Float32Array(positions.length * AREA);
  const chosen = new Int32Array(positions.length);
  for (let i = 0; i < positions.length; i += 1) {
    const from = positions[i]! * AREA;
    for (let j = 0; j < AREA; j += 1) images[i * AREA + j] = pixels[from + j]! / 255;
    chosen[i] = labels[positions[i]!]!;
  }
  return { images, labels: chosen };
}
