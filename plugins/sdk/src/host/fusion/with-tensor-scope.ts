import type { TensorFlow } from '../../contract/context.js';

const queues = new WeakMap<object, Promise<unknown>>();

/**
 * Runs one piece of work inside an engine scope of its own, and disposes every tensor that it left behind. Scopes of one TensorFlow are a stack, so
 * that works of two runs in one process must take turns: they would close each other's scopes.
 */
export async function withTensorScope<T>(tf: TensorFlow, work: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  const before = queues.get(engine) ?? Promise.resolve();
  const scoped = async (): Promise<T> => {
    engine.startScope('fusion');
    try {
      return await work();
    } finally {
      engine.endScope();
    }
  };
  const turn = before.then(scoped, scoped);
  queues.set(
    engine,
    turn.catch(() => undefined),
  );
  return turn;
}
