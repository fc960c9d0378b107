import type { ExtractionReport } from '../entities/extraction-run.js';
import type { AdapterFacts, ModelFiles } from './protocol.js';

/** Extracts an adapter from a fine-tuned checkpoint. */
export interface ExtractionWork {
  readonly kind: 'EXTRACTION';
  readonly name: string;
  readonly base: ModelFiles & { readonly digest: string };
  readonly model: ModelFiles;
  readonly rank: number | null;
  readonly energy: number | null;
  /** Names of modules, or ends of them; none: all. */
  readonly targets: readonly string[] | null;
  readonly outputPath: string;
}

export interface ExtractionResult {
  readonly kind: 'EXTRACTION';
  readonly path: string;
  readonly adapter: AdapterFacts;
  readonly report: ExtractionReport;
}
