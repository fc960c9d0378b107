import type { Tensor } from '@tensorflow/tfjs-core';
import { KeyValueCache } from '../generation/key-value-cache.js';
import type { CausalModel } from '../generation/language-model.js';
import { padSequences } from '../generation/pad-sequences.js';
import { wholeRun, type TokenRun } from '../generation/token-run.js';
import type { ReadingGroup } from './plan-readings.js';
import { lookUp, type Asked, type PredictOptions, type Prediction } from './predict-readings.js';

export interface PredictGroupsOptions extends Omit<PredictOptions, 'readings' | 'tangent' | 'model'> {
  readonly model: CausalModel;
  readonly groups: readonly ReadingGroup[];
  /** How many branches are read at once. */
  readonly batchSize: number;
}

/** What of a reading stands behind its group's prefix. */
interface Branch {
  readonly group: number;
  /** Tokens before it. */
  readonly offset: number;
  readonly rest: readonly number[];
  /** `place` 0 is the prediction behind the prefix, place i that behind token i of the rest. */
  readonly questions: readonly { readonly place: number; readonly token: number }[];
}

/** A question about a row of a run, and which answer it is. */
interface Numbered extends Asked {
  readonly branch: number;
  readonly order: number;
}

/**
 * The predictions of all readings, group by group: each prefix is read once and its keys and values are kept, then each reading's rest over a copy of
 * those of its own prefix. Equal to `predictReadings` up to float32 rounding.
 */
export async function predictGroups(options: PredictGroupsOptions): Promise<readonly (readonly Prediction[])[]> {
  const { tf, model, groups, batchSize } = options;
  const branches = branchesOf(groups);
  const found: Prediction[][] = branches.map(() => []);
  const prefixes = padSequences(
    groups.map(({ prefix }) => prefix),
    model.padId,
  );
  const cache = new KeyValueCache(tf, groups.length);
  try {
    const { tokens, ids, mask } = prefixes;
    const atEnd = branches.flatMap(({ group, offset, questions }, branch) =>
      numbered(questions, branch, ({ place }) => (place === 0 ? group * tokens + offset - 1 : undefined)),
    );
    await answer(options, cache.run(tokens, ids, wholeRun(prefixes).positions, mask), atEnd, found);
    const longer = branches.flatMap(({ rest }, branch) => (rest.length > 0 ? [branch] : []));
    for (let begin = 0; begin < longer.length; begin += batchSize) {
      await answerRests(options, cache, branches, longer.slice(begin, begin + batchSize), found);
    }
  } finally {
    cache.dispose();
  }
  return found;
}

const branchesOf = (groups: readonly ReadingGroup[]): readonly Branch[] =>
  groups.flatMap(({ prefix, readings }, group) =>
    readings.map(({ input, targets }) => ({
      group,
      offset: prefix.length,
      rest: input.slice(prefix.length),
      questions: targets.flatMap(({ at, tokens }) =>
        tokens.map((token, i) => ({ place: at + i - (prefix.length - 1), token })),
      ),
    })),
  );

async function answerRests(
  options: PredictGroupsOptions,
  cache: KeyValueCache,
  branches: readonly Branch[],
  chosen: readonly number[],
  found: Prediction[][],
): Promise<void> {
  const { tokens, ids, mask } = padSequences(
    chosen.map((branch) => branches[branch]!.rest),
    options.model.padId,
  );
  const positions = Int32Array.from(ids, (_, at) => {
    const { offset, rest } = branches[chosen[Math.floor(at / tokens)]!]!;
    // Padding must not stand beyond the last position that the model has.
    return offset + Math.min(at % tokens, rest.length - 1);
  });
  const asked = chosen.flatMap((branch, row) =>
    numbered(branches[branch]!.questions, branch, ({ place }) => (place > 0 ? row * tokens + place - 1 : undefined)),
  );
  const own = cache.select(Int32Array.from(chosen, (branch) => branches[branch]!.group));
  try {
    await answer(options, own.run(tokens, ids, positions, mask), asked, found);
  } finally {
    own.dispose();
  }
}

function numbered(
  questions: Branch['questions'],
  branch: number,
  rowOf: (question: Branch['questions'][number]) => number | undefined,
): readonly Numbered[] {
  return questions.flatMap((question, order) => {
    const at = rowOf(question);
    return at === undefined ? [] : [{ at, token: question.token, branch, order }];
  });
}

async function answer(
  options: PredictGroupsOptions,
  run: TokenRun<Tensor>,
  asked: readonly Numbered[],
  found: Prediction[][],
): Promise<void> {
  const { tf, model, calculus } = options;
  const hidden = tf.tidy(() => model.hidden(calculus, run));
  try {
    const logits = (rows: Int32Array): Tensor => tf.tidy(() => model.logits(calculus, calculus.pickRows(hidden, rows)));
    const predictions = await lookUp({ logits }, asked, options);
    predictions.forEach((prediction, i) => (found[asked[i]!.branch]![asked[i]!.order] = prediction));
  } finally {
    hidden.dispose();
  }
}
