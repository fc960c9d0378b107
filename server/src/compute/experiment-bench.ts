import { createHash } from 'node:crypto';
import { layoutFields, openAdapter, openFrame, type AdapterFile, type AdapterForm } from '@crucible/engine/adapters';
import { isCrucibleError } from '@crucible/engine/errors';
import type { LowRankUpdate, LowRankUpdates } from '@crucible/engine/models';
import { openStatistics } from '@crucible/engine/statistics';
import { selectExamples } from '@crucible/engine/statistics';
import type { Split } from '@crucible/engine/tasks';
import { fuseInMemory, keepFactors, type FusionMember } from '@crucible/sdk/host';
import { cellObjective } from './cell-objective.js';
import { openCellScorer, type CellScorer, type ScoredExamples } from './cell-scorer.js';
import type { ComputeContext } from './compute-context.js';
import type { CellResult, CellScore, ExperimentCellWork, ExperimentWork } from './experiment-protocol.js';
import { loadStrategies, type LoadedStrategies } from './load-strategy.js';
import { memberStatistics } from './member-statistics.js';
import { readTask } from './read-task.js';

type Fusion = NonNullable<ExperimentCellWork['fusion']>;
type Frame = Awaited<ReturnType<typeof openFrame>>;
type Options = Readonly<Record<string, unknown>>;

/** What all cells of an experiment share, opened once. */
export interface ExperimentBench {
  /** How models are scored. */
  readonly scoring: string;
  /** Never throws for a cell's own sake: what is wrong with it is in the result. */
  compute(cell: ExperimentCellWork): Promise<CellResult>;
  close(): Promise<void>;
}

export async function openExperimentBench(work: ExperimentWork, context: ComputeContext): Promise<ExperimentBench> {
  const scorer = await openCellScorer(work.base.folder, context);
  return new Bench(work, context, scorer);
}

/** Models whose scores are remembered, so that an equal one is not scored again. */
const REMEMBERED = 4096;

/** An update of the base, and for which tasks: those of a strategy with an output per adapter differ by task. */
interface FusedModel {
  readonly digest: string;
  readonly of: (task: number) => LowRankUpdates | undefined;
  readonly form: AdapterForm;
  readonly images: number;
}

class Bench implements ExperimentBench {
  readonly #work: ExperimentWork;
  readonly #context: ComputeContext;
  readonly #scorer: CellScorer;
  readonly #open: { close(): Promise<void> }[] = [];
  readonly #adapters = new Map<number, Promise<AdapterFile>>();
  readonly #frames = new Map<string, Promise<Frame>>();
  readonly #strategies = new Map<string, Promise<LoadedStrategies>>();
  readonly #statistics = new Map<string, Promise<NonNullable<FusionMember['statistics']>>>();
  readonly #examples = new Map<string, Promise<ScoredExamples>>();
  readonly #fewShots = new Map<string, ScoredExamples>();
  readonly #known = new Map<string, CellScore>();

  constructor(work: ExperimentWork, context: ComputeContext, scorer: CellScorer) {
    this.#work = work;
    this.#context = context;
    this.#scorer = scorer;
  }

  get scoring(): string {
    return this.#scorer.description;
  }

  async compute(cell: ExperimentCellWork): Promise<CellResult> {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      return { ...(await this.#compute(cell)), seconds: seconds() };
    } catch (error) {
      this.#context.signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      const problem = isCrucibleError(error)
        ? { code: error.code, message, remedy: error.remedy }
        : { code: 'JOB_UNEXPECTED', message, remedy: null };
      const nothing = { validation: null, chosen: 0, digest: null, scores: [], images: 0 };
      return { index: cell.index, problem, ...nothing, seconds: seconds() };
    }
  }

  async close(): Promise<void> {
    this.#scorer.dispose();
    for (const file of this.#open.splice(0)) await file.close();
  }

  async #compute({ index, members, fusion, tasks }: ExperimentCellWork): Promise<Omit<CellResult, 'seconds'>> {
    let images = 0;
    let chosen = 0;
    let validation: number[] | null = null;
    let model: FusedModel;
    if (fusion === null) model = await this.#single(members[0]?.adapter);
    else if (fusion.points.length === 1) model = await this.#fuse(members, fusion, fusion.points[0]!);
    else {
      validation = [];
      const models: FusedModel[] = [];
      for (const options of fusion.points) {
        const candidate = await this.#fuse(members, fusion, options);
        const scores = await this.#score(candidate, tasks, 'validation');
        images += candidate.images + scores.images;
        validation.push(scores.scores.reduce((sum, { correct, n }) => sum + correct / n, 0) / tasks.length);
        models.push({ ...candidate, images: 0 });
      }
      chosen = validation.indexOf(Math.max(...validation));
      model = models[chosen]!;
    }
    const report = await this.#score(model, tasks, 'test');
    images += model.images + report.images;
    return { index, problem: null, validation, chosen, digest: model.digest, scores: report.scores, images };
  }

  async #score(
    model: FusedModel,
    tasks: readonly number[],
    split: Exclude<Split, 'train'>,
  ): Promise<{ readonly scores: readonly CellScore[]; readonly images: number }> {
    const scores: CellScore[] = [];
    let images = 0;
    let current: LowRankUpdates | null | undefined = null;
    for (const task of tasks) {
      // The same updates are two functions in the two forms.
      const key = `${model.form} ${model.digest} ${task} ${split}`;
      let score = this.#known.get(key);
      if (score === undefined) {
        const updates = model.of(task);
        if (updates !== current) this.#scorer.use(updates, model.form);
        current = updates;
        const { n, correct, loss, outcomes } = await this.#scorer.score(await this.#examplesOf(task, split));
        score = { task, n, correct, loss, outcomes };
        images += n;
        this.#known.set(key, score);
        const [oldest] = this.#known.keys();
        if (this.#known.size > REMEMBERED) this.#known.delete(oldest!);
      }
      scores.push(score);
    }
    return { scores, images };
  }

  async #single(adapter: number | undefined): Promise<FusedModel> {
    if (adapter === undefined) return { digest: 'base', of: () => undefined, form: 'WEIGHTS', images: 0 };
    const file = await this.#adapter(adapter);
    const updates = new Map<string, LowRankUpdate>();
    for (const [name, info] of file.modules) {
      const { rank, scale } = info;
      const { layout, parameter } = layoutFields(info);
      updates.set(name, {
        ...(await file.readFactors(name)),
        rank,
        scale,
        ...(layout !== undefined && { layout }),
        ...(parameter !== undefined && { parameter }),
      });
    }
    return { digest: digestOf([updates]), of: () => updates, form: file.manifest.form ?? 'WEIGHTS', images: 0 };
  }

  async #fuse(given: ExperimentCellWork['members'], fusion: Fusion, options: Options): Promise<FusedModel> {
    const { strategy, strategies } = await this.#strategy(fusion.strategy, options);
    const { space, outputRank, seed } = fusion;
    const { backend, signal, onLog } = this.#context;
    const members: FusionMember[] = [];
    for (const { adapter, weight, statistics } of given) {
      const { ownFrameDigest } = this.#work.adapters[adapter]!;
      members.push({
        adapter: await this.#adapter(adapter),
        weight,
        ...(ownFrameDigest !== null && { ownFrameDigest }),
        ...(statistics !== null && { statistics: await this.#statisticsOf(statistics) }),
      });
    }
    const frame = fusion.frame === null ? undefined : await this.#frame(fusion.frame);
    const own = given.map(({ adapter }) => this.#work.adapters[adapter]!.task);
    const searched = [...new Set(own.filter((task) => task !== null))];
    const objective =
      strategy.kind === 'SEARCH'
        ? await cellObjective(
            {
              strategy,
              options,
              members,
              space,
              frame,
              outputRank,
              seed,
              baseFolder: this.#work.base.folder,
              tasks: await Promise.all(
                searched.map(async (task) => ({
                  name: this.#work.tasks[task]!.name,
                  validation: await this.#wholeValidation(task),
                })),
              ),
              scorer: this.#scorer,
              chosen: this.#fewShots,
            },
            this.#context,
          )
        : undefined;
    try {
      const { outputs } = await fuseInMemory({
        strategy,
        strategies,
        options,
        members,
        space,
        seed,
        tf: backend.tf,
        signal,
        onLog,
        ...(outputRank !== null && { outputRank }),
        ...(frame && { frame }),
        ...(objective && { objective }),
      });
      const of = (task: number): LowRankUpdates =>
        outputs.length === 1 ? outputs[0]! : outputs[Math.max(0, own.indexOf(task))]!;
      const form = members.every(({ adapter }) => adapter.manifest.form === 'TANGENT') ? 'TANGENT' : 'WEIGHTS';
      return { digest: digestOf(outputs), of, form, images: objective?.images() ?? 0 };
    } finally {
      objective?.dispose();
    }
  }

  #adapter(index: number): Promise<AdapterFile> {
    return remember(this.#adapters, index, async () => {
      const file = await openAdapter(this.#work.adapters[index]!.path);
      this.#open.push(file);
      return keepFactors(file);
    });
  }

  #frame(path: string): Promise<Frame> {
    return remember(this.#frames, path, async () => {
      const frame = await openFrame(path);
      this.#open.push(frame);
      return frame;
    });
  }

  #statisticsOf(path: string): Promise<NonNullable<FusionMember['statistics']>> {
    return remember(this.#statistics, path, async () => {
      const file = await openStatistics(path);
      this.#open.push(file);
      return memberStatistics(file);
    });
  }

  #strategy(id: string, options: Options): Promise<LoadedStrategies> {
    // What a wrapper wraps is in its options.
    return remember(this.#strategies, `${id} ${JSON.stringify(options['rule'] ?? null)}`, () =>
      loadStrategies(id, options),
    );
  }

  #wholeValidation(task: number): Promise<ScoredExamples> {
    return remember(this.#examples, `${task} whole`, async () => ({
      ...(await readTask(this.#work.tasks[task]!, 'validation')),
      split: 'validation' as const,
    }));
  }

  #examplesOf(task: number, split: Exclude<Split, 'train'>): Promise<ScoredExamples> {
    const { validationExamples, testExamples, seed } = this.#work;
    const count = split === 'test' ? testExamples : validationExamples;
    return remember(this.#examples, `${task} ${split}`, async () => {
      const { examples, head } =
        split === 'test' ? await readTask(this.#work.tasks[task]!, split) : await this.#wholeValidation(task);
      return { examples: count === null ? examples : selectExamples(examples, count, seed), head, split };
    });
  }
}

function remember<Key, Value>(known: Map<Key, Promise<Value>>, key: Key, make: () => Promise<Value>): Promise<Value> {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function digestOf(outputs: readonly LowRankUpdates[]): string {
  const hash = createHash('sha256');
  for (const updates of outputs) {
    for (const [name, { a, b, rank, scale }] of updates)
      hash
        .update(JSON.stringify([name, rank, scale]))
        .update(a)
        .update(b);
    hash.update('|');
  }
  return hash.digest('hex');
}
