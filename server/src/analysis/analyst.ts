import { AnalysisProcess } from './analysis-process.js';
import { analysisLimits } from './limits.js';
import { Lru } from './lru.js';
import type { AnalysisProblem, AnalysisReply, AnswerOf, PlanWork, PreviewWork, SimilarityWork } from './protocol.js';

/** An answer, or the reason of a catalogue why there is none. */
export type Analyzed<Answer> = { readonly answer: Answer } | { readonly problem: AnalysisProblem };

/**
 * Computes queries in processes of their own, so that the API's event loop answers others meanwhile, and no plugin's code runs in the API. Comparisons take
 * minutes and have one process; plans and previews take milliseconds, once adapters are factorized, and have another.
 */
export class Analyst {
  readonly #slow = new AnalysisProcess();
  readonly #quick = new AnalysisProcess();
  /** By what was asked for; a question that is being answered is asked once, however many ask it. */
  readonly #comparisons = new Lru<Promise<AnalysisReply>>({ entries: analysisLimits.remembered, size: 0 });

  /** @throws ANALYSIS_* */
  async compare(work: SimilarityWork): Promise<Analyzed<AnswerOf['SIMILARITY']>> {
    return read(await this.#compare(work));
  }

  /** @throws ANALYSIS_* */
  async plan(work: PlanWork): Promise<Analyzed<AnswerOf['PLAN']>> {
    return read(await this.#quick.ask(work));
  }

  /** @throws ANALYSIS_* */
  async preview(work: PreviewWork): Promise<Analyzed<AnswerOf['PREVIEW']>> {
    return read(await this.#quick.ask(work));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#slow.dispose(), this.#quick.dispose()]);
  }

  #compare(work: SimilarityWork): Promise<AnalysisReply> {
    const { adapters, weights, signRows } = work;
    const key = JSON.stringify([adapters.map(({ digest }) => digest), weights, signRows]);
    const known = this.#comparisons.get(key);
    if (known) return known;
    const asked = this.#slow.ask(work);
    this.#comparisons.set(key, asked);
    // What went wrong may go right the next time.
    asked.then(
      (reply) => reply.type === 'failed' && this.#comparisons.delete(key),
      () => this.#comparisons.delete(key),
    );
    return asked;
  }
}

/** Each reply answers the order with its id, and so is of its kind. */
function read<Answer>(reply: AnalysisReply): Analyzed<Answer> {
  return reply.type === 'failed' ? { problem: reply.problem } : { answer: reply.answer as Answer };
}
