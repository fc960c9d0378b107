import type { AdapterFile, AdapterManifest } from '@crucible/engine/adapters';
import { createKeyedRandom } from '@crucible/engine/random';
import { createHash } from 'node:crypto';
import type { StatisticsKind } from '../contract/strategy.js';
import type { StatisticsFile } from '../host/fusion-run.js';

export interface SyntheticModule {
  readonly name: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
}

/** Three modules of unequal shapes; in sorted order a name that another starts with comes first, which has tripped writers up. */
export const SYNTHETIC_MODULES: readonly SyntheticModule[] = [
  { name: 'layers.0.k_proj', outFeatures: 12, inFeatures: 20 },
  { name: 'layers.0.k_proj-extra', outFeatures: 24, inFeatures: 16 },
  { name: 'layers.1.v_proj', outFeatures: 16, inFeatures: 12 },
];

export interface SyntheticOptions {
  readonly seed: number;
  readonly rank?: number;
  readonly scale?: number;
  readonly modules?: readonly SyntheticModule[];
  /** A's of one frame are equal for all seeds; without one every adapter has its own. */
  readonly frame?: string;
  readonly manifest?: Partial<AdapterManifest>;
}

/** An adapter in memory: seeded normal factors, in proportion to what training leaves. Every read gives a copy, as a file does. */
export function syntheticAdapter(options: SyntheticOptions): AdapterFile {
  const { seed, rank = 4, scale = 2, modules = SYNTHETIC_MODULES, frame } = options;
  const random = createKeyedRandom(seed);
  const shared = createKeyedRandom(20_231_004);
  const factors = new Map(
    modules.map(({ name, outFeatures, inFeatures }) => {
      const draws = frame === undefined ? random : shared;
      return [
        name,
        {
          a: draws.normal([frame ?? '', name, 'A'], rank * inFeatures).map((value) => value / Math.sqrt(inFeatures)),
          b: random.normal([name, 'B'], outFeatures * rank).map((value) => value * 0.1),
        },
      ] as const;
    }),
  );
  const manifest: AdapterManifest = {
    version: 1,
    name: `synthetic-${seed}`,
    method: frame === undefined ? 'LORA' : 'L_LORA',
    rank,
    alpha: scale * rank,
    scale,
    targetModules: ['k_proj', 'k_proj-extra', 'v_proj'],
    baseDigest: sha256('base'),
    ...(frame !== undefined && { frameDigest: sha256(frame) }),
    ...options.manifest,
  };
  return memoryAdapter(manifest, modules, factors);
}

/** An `AdapterFile` over arrays in memory; nothing is checked, so that a test can put anything into it. */
export function memoryAdapter(
  manifest: AdapterManifest,
  modules: readonly SyntheticModule[],
  factors: ReadonlyMap<string, { readonly a: Float32Array; readonly b: Float32Array }>,
): AdapterFile {
  const { rank, scale } = manifest;
  const hash = createHash('sha256').update(JSON.stringify(manifest));
  for (const { a, b } of factors.values()) hash.update(a).update(b);
  return {
    path: `memory:${manifest.name}`,
    digest: hash.digest('hex'),
    byteLength: [...factors.values()].reduce((sum, { a, b }) => sum + a.byteLength + b.byteLength, 0),
    manifest,
    modules: new Map(
      modules
        .filter(({ name }) => factors.has(name))
        .toSorted((x, y) => (x.name < y.name ? -1 : 1))
        .map((module) => [
          module.name,
          { ...module, rank: factors.get(module.name)!.a.length / module.inFeatures || rank, scale },
        ]),
    ),
    async readFactors(name) {
      const { a, b } = factors.get(name)!;
      return { a: a.slice(), b: b.slice() };
    },
    close: async () => {},
  };
}

/** Statistics in memory: seeded XᵀX of 64 inputs (GRAM `[in, in]`), or squares (FISHER `[out, in]`). */
export function syntheticStatistics(
  kind: StatisticsKind,
  seed: number,
  modules: readonly SyntheticModule[] = SYNTHETIC_MODULES,
): StatisticsFile {
  const random = createKeyedRandom(seed);
  const shapes = new Map(modules.map((module) => [module.name, module]));
  return {
    kind,
    digest: sha256(`${kind} ${seed}`),
    async readTensor(name) {
      const shape = shapes.get(name);
      if (shape === undefined) return undefined;
      const { inFeatures, outFeatures } = shape;
      if (kind === 'FISHER') return random.normal([name, kind], outFeatures * inFeatures).map((value) => value ** 2);
      const inputs = random.normal([name, kind], SAMPLES * inFeatures);
      return new Float32Array(inFeatures * inFeatures).map((_, at) => {
        const [row, column] = [Math.floor(at / inFeatures), at % inFeatures];
        let sum = 0;
        for (let i = 0; i < inputs.length; i += inFeatures) sum += inputs[i + row]! * inputs[i + column]!;
        return sum;
      });
    },
  };
}
const SAMPLES = 64;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
