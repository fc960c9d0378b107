import { openAdapter, openFrame } from '@crucible/engine/adapters';
import { openStatistics } from '@crucible/engine/statistics';
import { runFusion } from '@crucible/sdk/host';
import { adapterFacts } from './adapter-facts.js';
import type { ComputeContext } from './compute-context.js';
import { fusionThreads } from './fusion-threads.js';
import { loadStrategies } from './load-strategy.js';
import type { FusionResult, FusionWork } from './protocol.js';
import { memberStatistics } from './member-statistics.js';
import { modulesOf } from './module-groups.js';
import { searchObjective } from './search-objective.js';

/** Fuses; equal work gives equal bytes. */
export async function runFusionWork(work: FusionWork, context: ComputeContext): Promise<FusionResult> {
  const { backend, signal, onProgress, onLog } = context;
  const { strategy, strategies } = await loadStrategies(work.strategy, work.options);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const members = [];
    for (const { path, weight, ownFrameDigest, statistics } of work.members) {
      const adapter = await openAdapter(path);
      opened.push(adapter);
      const file = statistics === null ? undefined : await openStatistics(statistics);
      if (file) opened.push(file);
      members.push({
        adapter,
        weight,
        ...(ownFrameDigest !== null && { ownFrameDigest }),
        ...(file && { statistics: memberStatistics(file) }),
      });
    }
    const frame = work.frame === null ? undefined : await openFrame(work.frame);
    if (frame) opened.push(frame);
    const objective =
      strategy.kind === 'SEARCH' ? await searchObjective({ work, strategy, members, frame }, context) : undefined;
    if (objective) opened.push({ close: async () => objective.dispose() });
    const outcome = await runFusion({
      strategy,
      strategies,
      options: work.options,
      members,
      space: work.space,
      ...(work.outputRank === null ? {} : { outputRank: work.outputRank }),
      seed: work.seed,
      name: work.name,
      ...(frame === undefined ? {} : { frame }),
      ...(objective === undefined ? {} : { objective }),
      outputPath: work.outputPath,
      processes: fusionThreads({
        cores: work.threads ?? 1,
        backend: backend.tf.getBackend(),
        bytes: members.reduce((sum, { adapter }) => sum + adapter.byteLength, 0),
      }),
      tf: backend.tf,
      signal,
      onProgress,
      onLog,
    });
    const facts = [];
    for (const { path } of outcome.outputs ?? [outcome]) facts.push(await adapterFacts(path));
    const modules = modulesOf(members.map(({ adapter }) => adapter));
    return { kind: 'FUSION', outcome, modules, adapter: facts[0]!, ...(outcome.outputs && { adapters: facts }) };
  } finally {
    for (const file of opened) await file.close();
  }
}
