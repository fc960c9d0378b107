import type { AdapterFile } from '@crucible/engine/adapters';
import { createMatrix, taskUpdate, type Factors, type LowRank, type Matrix } from '@crucible/engine/algebra';
import { openSafetensors } from '@crucible/engine/tensors';
import { memoryAdapter, syntheticAdapter, type SyntheticModule } from './synthetic-adapters.js';

/** All tensors of a file of F32 or F64 matrices in float64, exactly; a vector is a matrix of one column. */
export async function readMatrices(path: string): Promise<ReadonlyMap<string, Matrix>> {
  const file = await openSafetensors(path);
  try {
    const matrices = new Map<string, Matrix>();
    for (const { name, dtype, shape } of file.tensors.values()) {
      const [rows = 1, columns = 1] = shape;
      const values =
        dtype === 'F64'
          ? new Float64Array((await file.read(name)).buffer)
          : new Float64Array(await file.readFloat32(name));
      matrices.set(name, createMatrix(rows, columns, values));
    }
    return matrices;
  } finally {
    await file.close();
  }
}

/** Factors of several adapters in one file, `adapter{i}/{module}.lora_{A,B}.weight`: for each module one entry per adapter. */
export async function readGoldenFactors(
  path: string,
  scales: readonly number[],
): Promise<ReadonlyMap<string, readonly Factors[]>> {
  const tensors = await readMatrices(path);
  const modules = [...tensors.keys()].flatMap((name) => /^adapter0\/(.*)\.lora_A\.weight$/.exec(name)?.[1] ?? []);
  return new Map(
    modules.map((module) => [
      module,
      scales.map((scale, i) => {
        const a = tensors.get(`adapter${i}/${module}.lora_A.weight`)!;
        const b = tensors.get(`adapter${i}/${module}.lora_B.weight`)!;
        return { rank: a.rows, scale, a: new Float32Array(a.data), b: new Float32Array(b.data) };
      }),
    ]),
  );
}

/** The same as updates in float64, for rules that are tested by themselves. */
export async function readGoldenUpdates(
  path: string,
  scales: readonly number[],
): Promise<ReadonlyMap<string, readonly LowRank[]>> {
  const modules = await readGoldenFactors(path, scales);
  return new Map(
    [...modules].map(([module, factors]) => [module, factors.map((item) => taskUpdate(item, shapeOf(item)))]),
  );
}

/** The same as adapters in memory, for a run through the platform. */
export async function readGoldenAdapters(path: string, scales: readonly number[]): Promise<readonly AdapterFile[]> {
  const modules = await readGoldenFactors(path, scales);
  const shapes = [...modules].map(([name, [first]]): SyntheticModule => ({ name, ...shapeOf(first!) }));
  return scales.map((scale, i) => {
    const factors = new Map([...modules].map(([name, all]) => [name, all[i]!]));
    const rank = Math.max(...[...factors.values()].map((item) => item.rank));
    const { manifest } = syntheticAdapter({ seed: i + 1, rank, scale });
    return memoryAdapter(
      { ...manifest, name: `golden-${i}`, targetModules: shapes.map(({ name }) => name) },
      shapes,
      factors,
    );
  });
}

const shapeOf = ({ rank, a, b }: Factors): { readonly outFeatures: number; readonly inFeatures: number } => ({
  outFeatures: b.length / rank,
  inFeatures: a.length / rank,
});
