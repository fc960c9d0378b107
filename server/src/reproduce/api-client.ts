import { setTimeout as wait } from 'node:timers/promises';
import { connect, type Ask } from '../demo/graphql-client.js';
import { reproduceErrors } from './errors.js';

/** A job of any kind, as it is waited for. */
export interface EndedJob {
  readonly id: string;
  readonly state: string;
  readonly problem: { readonly message: string } | null;
  readonly base?: { readonly id: string } | null;
  readonly task?: { readonly id: string } | null;
  readonly output?: { readonly id: string } | null;
  readonly score?: ScoreRow | null;
  readonly scores?: readonly ScoreRow[];
}

export interface ScoreRow {
  readonly value: number;
  readonly n: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly task: { readonly id: string };
}

const SCORE = 'value n interval { low high } task { id }';
const JOB = `query Job($id: ID!) {
  node(id: $id) {
    id
    ... on ImportRun { state problem { message } base { id } task { id } output { id } }
    ... on Evaluation { state problem { message } score { ${SCORE} } }
    ... on FusionRun { state problem { message } output { id } scores { ${SCORE} } }
  }
}`;
const MILLISECONDS = 500;

/** The steps of an experiment, as any client of the API would take them. */
export class ApiClient {
  readonly #ask: Ask;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#ask = connect(url, signal);
    this.#signal = signal;
  }

  /** Queues by a mutation with one input, and waits for what it queued. */
  async run(step: string, mutation: string, type: string, input: object): Promise<EndedJob> {
    const id = await this.queue(step, mutation, type, input);
    return this.finish(step, id);
  }

  /** @throws reproduceErrors.stepFailed when the API answers with a problem */
  async queue(step: string, mutation: string, type: string, input: object): Promise<string> {
    const ids = mutation === 'evaluate' ? '... on Evaluations { evaluations { id } }' : '... on Node { id }';
    const document = `mutation Step($input: ${type}!) { answer: ${mutation}(input: $input) { ${ids} ... on Problem { message } } }`;
    const { answer } = await this.#ask<{ answer: { id?: string; evaluations?: { id: string }[]; message?: string } }>(
      document,
      { input },
    );
    const id = answer.id ?? answer.evaluations?.[0]?.id;
    if (id === undefined) throw reproduceErrors.stepFailed({ step, problem: answer.message ?? 'no job was queued' });
    return id;
  }

  /** @throws reproduceErrors.stepFailed when the job does not succeed */
  async finish(step: string, id: string): Promise<EndedJob> {
    for (;;) {
      const { node } = await this.#ask<{ node: EndedJob }>(JOB, { id });
      if (node.state === 'SUCCEEDED') return node;
      if (node.state === 'FAILED' || node.state === 'CANCELLED') {
        throw reproduceErrors.stepFailed({ step, problem: node.problem?.message ?? node.state.toLowerCase() });
      }
      await wait(MILLISECONDS, undefined, { signal: this.#signal });
    }
  }
}
