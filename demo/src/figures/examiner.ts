import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterFile, TangentFrameFile } from '@crucible/engine/adapters';
import { createScorer, type ScoredModel, type Scorer } from '@crucible/engine/evaluation';
import type { TensorFlow, VisionModel } from '@crucible/engine/models';
import type { Examples, Split, TaskFile, TaskHeadFile } from '@crucible/engine/tasks';
import { composeAdapters } from '@crucible/sdk/host';

export type Space = 'FACTOR' | 'DELTA' | 'FRAME';

/** The base, or Σ coefficient·adapter on it. */
export interface Candidate {
  readonly adapters: readonly AdapterFile[];
  readonly coefficients: readonly number[];
  readonly space: Space;
  readonly frame?: TangentFrameFile;
}

export const BASE: Candidate = { adapters: [], coefficients: [], space: 'DELTA' };

export interface ExaminedTask {
  readonly name: string;
  readonly file: TaskFile;
  readonly head: TaskHeadFile;
}

/** How many images of a split are looked at: the first so many. */
export const LOOKS: Readonly<Record<'validation' | 'test', number>> = { validation: 250, test: 1000 };

/**
 * Says which images a candidate gets right. Answers are kept on disk under a digest of all that they depend on, so that measuring again after one file
 * changed computes only what that file has a part in.
 */
export class Examiner {
  readonly #scorer: Scorer;
  readonly #baseDigest: string;
  readonly #folder: string;
  readonly #examples = new Map<string, Examples>();

  constructor(tf: TensorFlow, model: VisionModel, baseDigest: string, folder: string) {
    this.#scorer = createScorer({ tf, model });
    this.#baseDigest = baseDigest;
    this.#folder = folder;
  }

  /** 1 where the candidate is right, by task. */
  async examine(
    candidate: Candidate,
    tasks: readonly ExaminedTask[],
    split: 'validation' | 'test',
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const outcomes = new Map<string, Uint8Array>();
    let model: ScoredModel | undefined;
    try {
      for (const task of tasks) {
        const path = join(this.#folder, this.#key(candidate, task, split));
        const known = await readFile(path).catch(() => undefined);
        if (known === undefined) {
          model ??= await this.#compose(candidate);
          const examples = await this.#read(task, split);
          const { outcomes: found } = await model.evaluate({ examples, head: task.head, split });
          await mkdir(this.#folder, { recursive: true });
          await writeFile(`${path}.${process.pid}`, found);
          await rename(`${path}.${process.pid}`, path);
          outcomes.set(task.name, found);
        } else outcomes.set(task.name, new Uint8Array(known));
      }
      return outcomes;
    } finally {
      if (candidate.adapters.length > 0) model?.dispose();
    }
  }

  dispose(): void {
    this.#scorer.dispose();
  }

  #key({ adapters, coefficients, space, frame }: Candidate, task: ExaminedTask, split: Split): string {
    const parts = [
      this.#baseDigest,
      adapters.map(({ digest }) => digest),
      coefficients,
      space,
      frame?.digest ?? '',
      task.file.digest,
      task.head.digest,
      split,
      LOOKS[split as 'validation' | 'test'],
    ];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  async #compose({ adapters, coefficients, space, frame }: Candidate): Promise<ScoredModel> {
    if (adapters.length === 0) return this.#scorer;
    const members = adapters.map((adapter) => ({ adapter, weight: 1 }));
    return this.#scorer.withUpdates(
      await composeAdapters({ members, coefficients, space, ...(frame !== undefined && { frame }) }),
    );
  }

  async #read({ name, file }: ExaminedTask, split: 'validation' | 'test'): Promise<Examples> {
    const key = `${name} ${split}`;
    const known = this.#examples.get(key);
    if (known !== undefined) return known;
    const all = await file.readSplit(split);
    const count = Math.min(LOOKS[split], all.count);
    const size = all.height * all.width * all.channels;
    const taken = {
      ...all,
      count,
      pixels: all.pixels.subarray(0, count * size),
      labels: all.labels.subarray(0, count),
    };
    this.#examples.set(key, taken);
    return taken;
  }
}
