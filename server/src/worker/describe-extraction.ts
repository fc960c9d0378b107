import type { BlobStore } from '../blobs/index.js';
import type { ExtractionWork } from '../compute/extraction-protocol.js';
import type { ExtractionRun } from '../entities/index.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about an extraction. */
export async function describeExtraction(blobs: BlobStore, home: string, run: ExtractionRun): Promise<ExtractionWork> {
  const { name, rank, energy, targets } = run;
  const [base, model] = [await run.base.loadOrFail(), await run.model.loadOrFail()];
  return {
    kind: 'EXTRACTION',
    name,
    base: { folder: await modelFolder(blobs, home, base), digest: base.digest },
    model: { folder: await modelFolder(blobs, home, model) },
    rank,
    energy,
    targets,
    outputPath: await blobs.incoming(),
  };
}
