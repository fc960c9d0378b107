import type { StatisticsKind } from '../../contract/strategy.js';
import type { FusionMember, TangentFrameFile } from '../fusion-run.js';
import { fusionErrors } from '../fusion-errors.js';
import type { ModulePlan } from './module-plan.js';
import type { ModuleTask, TaskMember } from './module-task.js';

/** Reads what all adapters have of one module; sizes and numbers are checked, since an adapter's file may come from anywhere. */
export async function readModule(
  plan: ModulePlan,
  members: readonly FusionMember[],
  frame?: TangentFrameFile,
  statistics?: StatisticsKind,
): Promise<ModuleTask> {
  const { module, index, count, outFeatures, inFeatures } = plan;
  const taken = await Promise.all(
    plan.holders.map(async ({ position, rank, scale }): Promise<TaskMember> => {
      const { adapter, weight } = members[position]!;
      const { a, b } = await adapter.readFactors(module);
      const { name } = adapter.manifest;
      checkFactor(name, module, 'A', a, [rank, inFeatures]);
      checkFactor(name, module, 'B', b, [outFeatures, rank]);
      const taken = { position, digest: adapter.digest, name, weight, rank, scale, a, b };
      if (statistics === undefined) return taken;
      return { ...taken, statistics: await readStatistics(plan, members[position]!, statistics) };
    }),
  );
  const task = { module, index, count, outFeatures, inFeatures, members: taken };
  if (frame === undefined) return task;
  const frameA = await frame.readA(module);
  checkFactor('the tangent frame', module, 'A', frameA, [plan.holders[0]!.rank, inFeatures]);
  return { ...task, frameA };
}

/** What a rule divides by must be there for every module of the adapter: a gap would silently turn it into another rule. */
async function readStatistics(
  { module, outFeatures, inFeatures }: ModulePlan,
  { adapter, statistics }: FusionMember,
  kind: StatisticsKind,
): Promise<Float32Array> {
  const { name } = adapter.manifest;
  const values = await statistics?.readTensor(module);
  if (values === undefined) throw fusionErrors.statisticsMissing({ adapter: name, module, kind });
  const expected = [kind === 'GRAM' ? inFeatures : outFeatures, inFeatures] as const;
  if (values.length !== expected[0] * expected[1]) {
    throw fusionErrors.shapeMismatch({
      adapter: name,
      module,
      what: `statistics of kind ${kind}`,
      got: [values.length],
      expected,
    });
  }
  if (isFinite32(values)) return values;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw fusionErrors.notFinite({ adapter: name, module, factor: kind, index, got: values[index]! });
}

function checkFactor(
  adapter: string,
  module: string,
  factor: string,
  values: Float32Array,
  expected: readonly [number, number],
): void {
  if (values.length !== expected[0] * expected[1]) {
    throw fusionErrors.shapeMismatch({ adapter, module, what: `factor ${factor}`, got: [values.length], expected });
  }
  if (isFinite32(values)) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw fusionErrors.notFinite({ adapter, module, factor, index, got: values[index]! });
}

/** Whether all are finite. x - x is 0 for finite numbers and NaN for others: one sum tells for all, without a branch in the loop. */
export function isFinite32(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! - values[i]!;
  return sum === 0;
}
