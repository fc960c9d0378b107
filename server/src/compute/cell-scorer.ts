import type { AdapterForm } from '@crucible/engine/adapters';
import {
  meanEntropy,
  scoreEmbeddings,
  type EvaluationResult,
  type ScoredModel,
  type Scorer,
} from '@crucible/engine/evaluation';
import { CompiledTower, fusesProducts, whyNotCompiled, type PreparedImages } from '@crucible/engine/forward';
import type { LowRankUpdates } from '@crucible/engine/models';
import type { Examples, Split, TaskHeadFile } from '@crucible/engine/tasks';
import type { ComputeContext } from './compute-context.js';
import { openBase } from './open-base.js';

/** Examples of one split with the head that they are scored by. */
export interface ScoredExamples {
  readonly examples: Examples;
  readonly head: TaskHeadFile;
  readonly split: Split;
}

export interface CellScore extends EvaluationResult {
  /** Mean entropy of the predictions, in nats. */
  entropy(): number;
}

/** Scores one model after the other on the same examples. One is in use at a time. */
export interface CellScorer {
  /** In words, for the log. */
  readonly description: string;
  /** The base with these updates from now on, in the form that they have; the bare base without any. */
  use(updates: LowRankUpdates | undefined, form?: AdapterForm): void;
  score(examples: ScoredExamples): Promise<CellScore>;
  dispose(): void;
}

/** Bytes of prepared images that one process keeps; what was not used for longest is prepared again when it is needed. */
const KEPT_BYTES = 384 << 20;
/** Backends on this process's own core, which the compiled tower is several times faster than. A GPU is left to compute itself. */
const OWN_CORE: ReadonlySet<string> = new Set(['wasm', 'cpu']);

/** The compiled tower where model and machine allow for it, the scorer on tensors elsewhere. */
export async function openCellScorer(folder: string, context: ComputeContext): Promise<CellScorer> {
  const { backend, signal } = context;
  const { model, scorer } = await openBase(backend.tf, folder, signal);
  const tower = 'forward' in model ? undefined : model;
  const why = OWN_CORE.has(backend.name) ? tower && whyNotCompiled(tower) : `the backend is ${backend.name}`;
  const tensors = tensorScorer(scorer, `tensors on ${backend.name} (${why ?? 'it is no tower of CLIP'})`, signal);
  if (tower === undefined || why !== undefined) return tensors;
  // What is compiled is the network with changed linear layers: its tangent, and changes of norms and embeddings, are computed on tensors.
  const compiled = compiledScorer(new CompiledTower(tower), signal);
  let used = compiled;
  return {
    description: compiled.description,
    use(updates, form) {
      const beyond = [...(updates?.values() ?? [])].some(({ layout }) => layout !== undefined);
      used = form === 'TANGENT' || beyond ? tensors : compiled;
      used.use(updates, form);
    },
    score: (examples) => used.score(examples),
    dispose() {
      compiled.dispose();
      tensors.dispose();
    },
  };
}

function tensorScorer(scorer: Scorer, description: string, signal: AbortSignal): CellScorer {
  let updated: ScoredModel | undefined;
  const dispose = (): void => {
    updated?.dispose();
    updated = undefined;
  };
  return {
    description,
    use(updates, form) {
      dispose();
      if (updates !== undefined)
        updated = form === 'TANGENT' ? scorer.withTangent(updates) : scorer.withUpdates(updates);
    },
    async score({ examples, head, split }) {
      return scoreOf(await (updated ?? scorer).embed(examples, { signal }), examples, head, split);
    },
    dispose,
  };
}

function compiledScorer(tower: CompiledTower, signal: AbortSignal): CellScorer {
  const kept = new Map<Examples, PreparedImages>();
  let bytes = 0;
  let current: LowRankUpdates | undefined;
  const prepare = async (examples: Examples): Promise<PreparedImages> => {
    const known = kept.get(examples);
    if (known !== undefined) {
      kept.delete(examples);
      kept.set(examples, known);
      return known;
    }
    const prepared = await tower.prepare(examples, { signal });
    tower.use(current);
    kept.set(examples, prepared);
    bytes += prepared.byteLength;
    for (const [oldest, { byteLength }] of kept) {
      if (bytes <= KEPT_BYTES || oldest === examples) break;
      kept.delete(oldest);
      bytes -= byteLength;
    }
    return prepared;
  };
  return {
    description: `compiled WebAssembly, products ${fusesProducts() ? 'fused' : 'not fused'}`,
    use(updates) {
      current = updates;
      tower.use(updates);
    },
    async score({ examples, head, split }) {
      return scoreOf(await tower.embed(await prepare(examples), { signal }), examples, head, split);
    },
    dispose: () => kept.clear(),
  };
}

function scoreOf(embeddings: Float32Array, examples: Examples, head: TaskHeadFile, split: Split): CellScore {
  const score = scoreEmbeddings(embeddings, examples.labels, head, split);
  return { ...score, entropy: () => meanEntropy(embeddings, head) };
}
