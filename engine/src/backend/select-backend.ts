import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_ORDER, isBackendName, type BackendName } from './backend-name.js';
import { backendErrors } from './errors.js';
import { readChoice } from './choice/measured-choice.js';
import { openers } from './open-backend.js';

export interface ConsideredBackend {
  readonly name: BackendName;
  readonly available: boolean;
  readonly why: string;
}

export interface SelectedBackend {
  readonly tf: typeof tf;
  readonly name: BackendName;
  /** Why this one, in one sentence. */
  readonly reason: string;
  /** Every backend that was tried, best first; those after the chosen one were not. */
  readonly considered: readonly ConsideredBackend[];
  /** Frees the backend's memory, with every tensor that is left. */
  dispose(): void;
}

export interface SelectBackendOptions {
  /** A name, or nothing for the best that works. Unless given, `CRUCIBLE_BACKEND` counts. */
  readonly backend?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the best backend that works here TensorFlow.js's current one: the one that `chooseBackend` measured to be the fastest, and without a measurement CUDA,
 * a hardware GPU through WebGPU, libtensorflow on the CPU, WASM, plain JavaScript, in this order. One backend is current per process.
 *
 * @throws backendErrors.unknown, backendErrors.unavailable when a name is given; never without one
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<SelectedBackend> {
  // Without this flag tfjs prints advertisements for other backends.
  tf.env().set('PROD', true);
  const environment = options.environment ?? process.env;
  const asked = options.backend ?? environment['CRUCIBLE_BACKEND'] ?? '';
  if (asked !== '') return openAsked(asked, options.backend === undefined ? 'CRUCIBLE_BACKEND' : 'the caller');
  const considered: ConsideredBackend[] = [];
  const measured = await readChoice(environment);
  if (measured !== undefined) {
    // Asked for by its measurement: a simulated card that won counts.
    const { backend: name } = measured;
    const opened = await openers[name](tf, 'asked');
    considered.push({ name, available: opened.ok, why: opened.why });
    if (opened.ok) {
      return {
        tf,
        name,
        reason: `the fastest when it was measured here: ${opened.why}`,
        considered,
        dispose: opened.dispose,
      };
    }
    considered.length = 0;
  }
  for (const name of BACKEND_ORDER) {
    const opened = await openers[name](tf, 'automatic');
    considered.push({ name, available: opened.ok, why: opened.why });
    if (opened.ok) {
      return { tf, name, reason: `the best that works here: ${opened.why}`, considered, dispose: opened.dispose };
    }
  }
  const why = considered.map(({ name, why }) => `${name}: ${why}`).join('; ');
  throw backendErrors.unavailable({ backend: 'of any kind', why });
}

async function openAsked(asked: string, by: string): Promise<SelectedBackend> {
  if (!isBackendName(asked)) throw backendErrors.unknown({ got: asked, known: BACKEND_ORDER });
  const opened = await openers[asked](tf, 'asked');
  if (!opened.ok) throw backendErrors.unavailable({ backend: asked, why: opened.why });
  const considered = [{ name: asked, available: true, why: opened.why }];
  return { tf, name: asked, reason: `asked for by ${by}: ${opened.why}`, considered, dispose: opened.dispose };
}
