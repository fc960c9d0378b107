import { inspectAdapter } from '@crucible/engine/adapters';
import type { ComputeContext } from './compute-context.js';
import { checkAgainstBase } from './check-against-base.js';
import { describeInspection } from './describe-inspection.js';
import type { InspectionResult, InspectionWork } from './import-protocol.js';

export async function runInspectionWork(
  { path, start, base, dora, changedBase }: InspectionWork,
  { signal }: Pick<ComputeContext, 'signal'>,
): Promise<InspectionResult> {
  const found = await inspectAdapter(path, {
    ...(base === null ? {} : { base }),
    ...(start === null ? {} : { start }),
    dora,
    changedBase,
    signal,
  });
  const differences = base === null ? [] : await checkAgainstBase(found, base);
  return { kind: 'INSPECTION', inspection: describeInspection(found, differences, start) };
}
