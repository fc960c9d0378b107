import { openCheckpoint } from '@crucible/engine/checkpoints';
import { extractLora } from '@crucible/sdk/model';
import { adapterFacts } from './adapter-facts.js';
import type { ComputeContext } from './compute-context.js';
import type { ExtractionResult, ExtractionWork } from './extraction-protocol.js';

/** Modules and tensors that are reported one by one: a large model has thousands. */
const REPORTED = 50;

/** Extracts; equal work gives equal bytes. */
export async function runExtractionWork(work: ExtractionWork, context: ComputeContext): Promise<ExtractionResult> {
  const { signal, onProgress } = context;
  const { name, rank, energy, targets, outputPath } = work;
  const base = await openCheckpoint(work.base.folder, { signal });
  try {
    const finetuned = await openCheckpoint(work.model.folder, { signal });
    try {
      const extracted = await extractLora({
        base,
        finetuned,
        name,
        baseDigest: work.base.digest,
        outputPath,
        ...(rank === null ? {} : { rank }),
        ...(energy === null ? {} : { energy }),
        ...(targets === null ? {} : { targets: (module) => targets.some((target) => isNamed(module, target)) }),
        signal,
        onProgress: ({ done, total }) => onProgress({ phase: 'EXTRACT', done, total }),
      });
      const { modules, leftOut } = extracted;
      return {
        kind: 'EXTRACTION',
        path: extracted.path,
        adapter: await adapterFacts(extracted.path),
        report: {
          rank: extracted.rank,
          relativeError: extracted.relativeError,
          modules: modules.length,
          mostLost: modules.toSorted((x, y) => y.error - x.error).slice(0, REPORTED),
          leftOutTensors: leftOut.length,
          leftOut: leftOut.slice(0, REPORTED),
        },
      };
    } finally {
      await finetuned.close();
    }
  } finally {
    await base.close();
  }
}

/** `q_proj` names every layer of that name, `layers.0.q_proj` those whose path ends so. */
const isNamed = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);
