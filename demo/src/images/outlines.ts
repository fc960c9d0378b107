import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '@crucible/engine/tensors';
import type { Polygons } from './rasterize.js';

export interface Glyph extends Polygons {
  readonly label: number;
  /** Index into `Outlines.faces`. */
  readonly face: number;
}

export interface FontPackage {
  readonly id: string;
  readonly version: string;
  readonly family: string;
  readonly attribution: string;
  readonly source: string;
  readonly group: string;
  readonly split: 'train' | 'validation' | 'test' | 'base';
}

export interface ScriptGlyphs {
  readonly name: string;
  readonly characters: readonly string[];
  readonly task: boolean;
  readonly glyphs: readonly Glyph[];
}

export interface Outlines {
  readonly scripts: readonly ScriptGlyphs[];
  readonly faces: readonly { readonly id: string; readonly weight: number; readonly split: FontPackage['split'] }[];
  readonly packages: readonly FontPackage[];
}

const COLUMNS = 5;

/** Reads what `make/extract-outlines.ts` wrote. */
export async function readOutlines(cache: string): Promise<Outlines> {
  const fonts = JSON.parse(await readFile(join(cache, 'fonts.json'), 'utf8')) as Pick<
    Outlines,
    'faces' | 'packages'
  > & {
    readonly scripts: readonly Omit<ScriptGlyphs, 'glyphs'>[];
  };
  const file = await openSafetensors(join(cache, 'outlines.safetensors'));
  try {
    const points = await file.readFloat32('points');
    const ends = await file.readInt32('ends');
    const table = await file.readInt32('glyphs');
    const glyphs: Glyph[][] = fonts.scripts.map(() => []);
    const count = table.length / COLUMNS;
    for (let i = 0; i < count; i += 1) {
      const [script, label, face, point, end] = table.subarray(i * COLUMNS) as unknown as [
        number,
        number,
        number,
        number,
        number,
      ];
      const [nextPoint, nextEnd] =
        i + 1 < count
          ? [table[(i + 1) * COLUMNS + 3]!, table[(i + 1) * COLUMNS + 4]!]
          : [points.length / 2, ends.length];
      glyphs[script]!.push({
        label,
        face,
        points: points.subarray(point * 2, nextPoint * 2),
        ends: ends.subarray(end, nextEnd),
      });
    }
    return { ...fonts, scripts: fonts.scripts.map((script, i) => ({ ...script, glyphs: glyphs[i]! })) };
  } finally {
    await file.close();
  }
}
