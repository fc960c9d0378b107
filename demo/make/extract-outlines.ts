// Reads the glyphs that the demo needs out of the font packages, as polygons: .cache/outlines.safetensors and .cache/fonts.json.
// Every package must be under the OFL-1.1. Fonts are split by group, 55 / 20 / 25; the base sees no font of a validation or test split.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyedRandom } from '@crucible/engine/random';
import { viewBytes, writeSafetensors } from '@crucible/engine/tensors';
import { create } from 'fontkit';
import { flattenPath, type Outline } from './outline.ts';
import { GROUPS, POOLS, type Pool } from './pools.ts';
import { BASE_SCRIPTS, TASK_SCRIPTS, type Script } from './scripts.ts';

const SEED = 2024;
const SPLITS = ['train', 'validation', 'test'] as const;
type Split = (typeof SPLITS)[number];
const SHARES = { train: 0.55, validation: 0.2 } as const;
/** At most so many weights of a family, spread over those that it has; the thinnest vanish at 28 pixels. */
const MAX_WEIGHTS = 4;
const MIN_WEIGHT = 200;

const here = import.meta.dirname;
const fontsDirectory = join(here, 'node_modules/@fontsource');
const cache = join(here, '../.cache');

interface Package {
  readonly id: string;
  readonly version: string;
  readonly family: string;
  readonly attribution: string;
  readonly source: string;
  readonly group: string;
  readonly weights: readonly number[];
  readonly ranges: ReadonlyMap<string, readonly (readonly [number, number])[]>;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function readPackage(id: string): Package {
  const folder = join(fontsDirectory, id);
  const metadata = readJson(join(folder, 'metadata.json')) as {
    family: string;
    weights: number[];
    source: string;
    license: { type: string; attribution: string };
  };
  const { version, license } = readJson(join(folder, 'package.json')) as { version: string; license: string };
  if (metadata.license.type !== 'OFL-1.1' || license !== 'OFL-1.1') {
    throw new Error(`@fontsource/${id} is under ${license} (${metadata.license.type}); only OFL-1.1 is taken`);
  }
  const unicode = readJson(join(folder, 'unicode.json')) as Record<string, string>;
  const usable = metadata.weights.filter((weight) => weight >= MIN_WEIGHT);
  const weights = usable.length > 0 ? usable : metadata.weights;
  const count = Math.min(MAX_WEIGHTS, weights.length);
  return {
    id,
    version,
    family: metadata.family,
    attribution: metadata.license.attribution,
    source: metadata.source,
    group: Object.entries(GROUPS).find(([, members]) => members.includes(id))?.[0] ?? id,
    weights: Array.from(
      { length: count },
      (_, i) => weights[count === 1 ? 0 : Math.round((i * (weights.length - 1)) / (count - 1))]!,
    ),
    ranges: new Map(
      Object.entries(unicode).map(([subset, text]) => [
        subset.replace(/^\[(\d+)\]$/, '$1'),
        text.split(',').map((part) => {
          const [from = '', to = from] = part.replace('U+', '').split('-');
          return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
        }),
      ]),
    ),
  };
}

/** Splits the groups over all pools at once where they touch, so that a group has one split everywhere. */
function splitGroups(packages: ReadonlyMap<string, Package>): ReadonlyMap<string, Split> {
  const random = createKeyedRandom(SEED);
  const splits = new Map<string, Split>();
  for (const pool of Object.keys(POOLS).sort() as Pool[]) {
    const groups = [...new Set(POOLS[pool].map((id) => packages.get(id)!.group))].sort();
    const order = random.permutation(['font split', pool], groups.length);
    const targets = {
      train: Math.round(groups.length * SHARES.train),
      validation: Math.round(groups.length * SHARES.validation),
    };
    const counts = { train: 0, validation: 0, test: 0 };
    for (const group of groups) if (splits.has(group)) counts[splits.get(group)!] += 1;
    for (const index of order) {
      const group = groups[index]!;
      if (splits.has(group)) continue;
      const split: Split =
        counts.train < targets.train ? 'train' : counts.validation < targets.validation ? 'validation' : 'test';
      splits.set(group, split);
      counts[split] += 1;
    }
    console.log(pool, counts);
  }
  return splits;
}

type Font = ReturnType<typeof openFont>;
function openFont(file: string) {
  const font = create(readFileSync(file));
  if (!('glyphForCodePoint' in font)) throw new Error(`${file} is a collection of fonts, expected one`);
  return font;
}

const packages = new Map(
  readdirSync(fontsDirectory)
    .sort()
    .map((id) => [id, readPackage(id)]),
);
const splits = splitGroups(packages);
const poolPackages = new Set<string>(Object.values(POOLS).flat());

interface Face {
  readonly id: string;
  readonly weight: number;
  readonly split: Split | 'base';
}
const faces: Face[] = [];
const glyphs: { readonly script: number; readonly label: number; readonly face: number; readonly outline: Outline }[] =
  [];
const used = new Set<string>();

function drawGlyph(
  entry: Package,
  weight: number,
  character: string,
  open: Map<string, Font | undefined>,
): Outline | undefined {
  const code = character.codePointAt(0)!;
  const subset = [...entry.ranges].find(([, ranges]) => ranges.some(([from, to]) => from <= code && code <= to))?.[0];
  if (subset === undefined) return undefined;
  const file = join(fontsDirectory, entry.id, 'files', `${entry.id}-${subset}-${weight}-normal.woff`);
  if (!open.has(file)) {
    try {
      open.set(file, openFont(file));
    } catch (error) {
      console.warn(`skipped ${file}: ${error instanceof Error ? error.message : String(error)}`);
      open.set(file, undefined);
    }
  }
  const font = open.get(file);
  if (font === undefined || !font.hasGlyphForCodePoint(code)) return undefined;
  try {
    return flattenPath(font.glyphForCodePoint(code).path.commands);
  } catch (error) {
    console.warn(`skipped ${file}: ${error instanceof Error ? error.message : String(error)}`);
    open.set(file, undefined);
    return undefined;
  }
}

/** A font is taken for a script when it draws nine tenths of it. */
function takeScript(script: Script, index: number): void {
  const chosen = script.pool === undefined ? [...packages.keys()] : POOLS[script.pool];
  let total = 0;
  for (const id of chosen) {
    const entry = packages.get(id)!;
    const split = splits.get(entry.group) ?? 'base';
    if (script.pool === undefined && poolPackages.has(id) && split !== 'train') continue;
    for (const weight of entry.weights) {
      const open = new Map<string, Font | undefined>();
      const outlines = script.characters.map((character) => drawGlyph(entry, weight, character, open));
      if (outlines.filter((outline) => outline !== undefined).length < 0.9 * script.characters.length) continue;
      const face = faces.push({ id, weight, split: script.pool === undefined ? 'base' : split }) - 1;
      for (const [label, outline] of outlines.entries())
        if (outline) glyphs.push({ script: index, label, face, outline });
      used.add(id);
      total += 1;
    }
  }
  const list = glyphs.filter((glyph) => glyph.script === index);
  const families = (split: string) =>
    new Set(list.filter((g) => faces[g.face]!.split === split).map((g) => faces[g.face]!.id)).size;
  console.log(
    `${script.name}: ${script.characters.length} classes, ${total} faces, ${list.length} glyphs; families ${['train', 'validation', 'test', 'base'].map((s) => `${s} ${families(s)}`).join(', ')}`,
  );
}

const scripts = [...TASK_SCRIPTS, ...BASE_SCRIPTS];
for (const [index, script] of scripts.entries()) takeScript(script, index);

mkdirSync(cache, { recursive: true });
const points = new Float32Array(glyphs.reduce((sum, { outline }) => sum + outline.points.length, 0));
const ends = new Int32Array(glyphs.reduce((sum, { outline }) => sum + outline.ends.length, 0));
const table = new Int32Array(glyphs.length * 5);
let [point, end] = [0, 0];
for (const [index, { script, label, face, outline }] of glyphs.entries()) {
  points.set(outline.points, point * 2);
  ends.set(outline.ends, end);
  table.set([script, label, face, point, end], index * 5);
  point += outline.points.length / 2;
  end += outline.ends.length;
}
const i32 = (array: Int32Array, shape: number[], name: string) => ({
  name,
  dtype: 'I32' as const,
  shape,
  read: () => viewBytes(array),
});
await writeSafetensors(join(cache, 'outlines.safetensors'), {
  tensors: [
    { name: 'points', dtype: 'F32', shape: [point, 2], read: () => viewBytes(points) },
    i32(ends, [end], 'ends'),
    i32(table, [glyphs.length, 5], 'glyphs'),
  ],
});
writeFileSync(
  join(cache, 'fonts.json'),
  JSON.stringify(
    {
      scripts: scripts.map(({ name, characters, pool }) => ({ name, characters, task: pool !== undefined })),
      faces,
      packages: [...used].sort().map((id) => {
        const { version, family, attribution, source, group } = packages.get(id)!;
        return {
          id,
          version,
          family,
          attribution,
          source,
          group,
          split: poolPackages.has(id) ? splits.get(group)! : 'base',
        };
      }),
    },
    null,
    1,
  ),
);
console.log(`${glyphs.length} glyphs, ${point} points`);
