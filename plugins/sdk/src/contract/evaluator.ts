import type { z } from 'zod';
import type { Reference } from './strategy.js';

/**
 * What is asked of a model elsewhere. GENERATE: texts that go on from the inputs, greedily. CHOOSE: which of the choices is the likeliest to go on from each
 * input. LIKELIHOOD: how likely each target is after its input.
 */
export type EvaluatorRequest =
  | {
      readonly kind: 'GENERATE';
      readonly inputs: readonly string[];
      readonly maxTokens: number;
      /** Texts that end a generation, and are no part of it. */
      readonly stop: readonly string[];
    }
  | { readonly kind: 'CHOOSE'; readonly inputs: readonly string[]; readonly choices: readonly string[] }
  | { readonly kind: 'LIKELIHOOD'; readonly inputs: readonly string[]; readonly targets: readonly string[] };

/** One answer per input, in their order. */
export type EvaluatorResponse =
  | { readonly kind: 'GENERATE'; readonly texts: readonly string[] }
  /** Indices into the choices. */
  | { readonly kind: 'CHOOSE'; readonly chosen: Int32Array }
  /** −Σ ln p of the tokens of each target, in nats, and how many they are. */
  | { readonly kind: 'LIKELIHOOD'; readonly negativeLogLikelihood: Float64Array; readonly tokens: Int32Array };

export interface OutgoingRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutSeconds?: number;
}

export interface IncomingResponse {
  readonly status: number;
  readonly body: string;
  /** Seconds that a `Retry-After` asks to wait, if there was one. */
  readonly retryAfter: number | undefined;
}

/** What the host gives an evaluator: it reaches no network and reads no environment but through this. */
export interface EvaluatorContext<Options> {
  readonly options: Options;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  readonly onLog: (line: string) => void;
  /** Sends a request to an endpoint that the operator allowed; follows no redirect; reads a limited number of bytes. */
  readonly send: (request: OutgoingRequest) => Promise<IncomingResponse>;
  /** A key that the operator set for evaluators under this name; undefined: none. */
  readonly key: (name: string) => string | undefined;
  /** Waits, or rejects when the signal says so. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Asks a model that Crucible does not run itself. It only answers; what the answers are worth is reckoned by the platform, as for its own models. */
export interface Evaluator<Schema extends z.ZodObject = z.ZodObject> {
  /** camelCase, such as `openAi`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly Reference[];
  readonly options: Schema;
  /** What it can be asked. */
  readonly answers: readonly EvaluatorRequest['kind'][];
  /** Which model these options ask, for people; no secrets. */
  readonly describeModel: (options: z.output<Schema>) => string;
  /** One answer per input, or it throws; an abort is heard within a second. */
  readonly evaluate: (
    request: EvaluatorRequest,
    context: EvaluatorContext<z.output<Schema>>,
  ) => Promise<EvaluatorResponse>;
}
