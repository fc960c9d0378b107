import { measureAll, outcomesOf, type Answers } from '@crucible/engine/metrics';
import { findPrompt, openTextTask, presentExamples, readGenerated, type TextExamples } from '@crucible/engine/tasks';
import { pickTextExamples } from '@crucible/engine/datasets';
import type { Evaluator, EvaluatorRequest, EvaluatorResponse } from '@crucible/sdk';
import { discoverPlugins, loadPlugin } from '@crucible/sdk/host';
import type { ComputeContext } from './compute-context.js';
import { evaluatorErrors } from './evaluator-errors.js';
import { pluginPlaces } from './load-strategy.js';
import type { OutsideEvaluationWork } from './outside-evaluation-protocol.js';
import { outsideNetwork } from './outside-network.js';
import type { EvaluationOutcome } from './protocol.js';

/** Asks a model elsewhere, and reckons from its answers what our own models are measured by. */
export async function runOutsideEvaluationWork(
  work: OutsideEvaluationWork,
  { signal, onProgress, onLog }: ComputeContext,
): Promise<EvaluationOutcome> {
  const evaluator = await loadEvaluator(work.evaluator);
  const task = await openTextTask(work.task);
  try {
    const { manifest } = task;
    const all = await task.readSplit(work.split);
    const count = Math.min(all.count, work.maxExamples ?? all.count);
    const examples = pickTextExamples(
      all,
      Array.from({ length: count }, (_, i) => i),
    );
    const prompt = findPrompt(manifest, work.prompt);
    const { inputs, targets, choices } = presentExamples(examples, prompt);
    const request: EvaluatorRequest =
      work.by === 'GENERATE'
        ? { kind: 'GENERATE', inputs, maxTokens: work.maxTokens, stop: ['\n'] }
        : work.by === 'CHOOSE'
          ? { kind: 'CHOOSE', inputs, choices }
          : { kind: 'LIKELIHOOD', inputs, targets };
    const response = await evaluator.evaluate(request, {
      options: work.options,
      signal,
      onProgress: (done, total) => onProgress({ phase: 'ASK', done, total }),
      onLog,
      ...outsideNetwork(signal),
    });
    checkResponse(work.evaluator, request, response);
    const answers = answersOf(response, examples, choices.length, (texts) => readGenerated(texts, examples, prompt));
    return {
      kind: 'EVALUATION',
      measurements: measureAll(manifest.metric, answers),
      loss: lossOf(response),
      outcomes: outcomesOf(answers) ?? null,
      source: evaluator.describeModel(work.options),
    };
  } finally {
    await task.close();
  }
}

async function loadEvaluator(id: string): Promise<Evaluator> {
  const listings = await discoverPlugins(pluginPlaces());
  const listing = listings.find(({ manifest, status }) => status === 'FOUND' && manifest?.evaluators?.includes(id));
  if (listing === undefined) throw evaluatorErrors.missing({ evaluator: id, reason: 'no installed plugin brings it' });
  const loaded = await loadPlugin(listing);
  const found = loaded.status === 'LOADED' ? loaded.plugin.evaluators?.find((each) => each.id === id) : undefined;
  if (found !== undefined) return found;
  const reason = loaded.status === 'LOADED' ? 'its plugin does not define it' : (loaded.reason ?? loaded.status);
  throw evaluatorErrors.missing({ evaluator: id, reason });
}

/** One answer per input, of the kind that was asked for. */
function checkResponse(evaluator: string, request: EvaluatorRequest, response: EvaluatorResponse): void {
  const fail = (problem: string): Error => evaluatorErrors.answerInvalid({ evaluator, problem });
  if (response.kind !== request.kind) throw fail(`it was asked to ${request.kind} and answered ${response.kind}`);
  const got =
    response.kind === 'GENERATE'
      ? response.texts.length
      : response.kind === 'CHOOSE'
        ? response.chosen.length
        : Math.min(response.tokens.length, response.negativeLogLikelihood.length);
  if (got !== request.inputs.length) throw fail(`it gave ${got} answers to ${request.inputs.length} questions`);
}

function answersOf(
  response: EvaluatorResponse,
  { answer }: TextExamples,
  classes: number,
  read: (texts: readonly string[]) => Answers,
): Answers {
  if (response.kind === 'GENERATE') return read(response.texts);
  if (response.kind === 'LIKELIHOOD') {
    const { negativeLogLikelihood, tokens } = response;
    return { kind: 'likelihoods', negativeLogLikelihood, tokens };
  }
  const expected = answer.form === 'CLASS' ? answer.labels : new Int32Array(response.chosen.length);
  return { kind: 'classes', classes, predicted: response.chosen, expected };
}

/** Mean of −ln p per example, where the model told how likely it found the right answers. */
function lossOf(response: EvaluatorResponse): number | null {
  if (response.kind !== 'LIKELIHOOD') return null;
  const { negativeLogLikelihood: nll } = response;
  return nll.reduce((sum, x) => sum + x, 0) / nll.length;
}
