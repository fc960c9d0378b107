import { createHash } from 'node:crypto';
import { createMatrix, multiply } from '@crucible/engine/algebra';
import type { TensorFlow } from '../../contract/context.js';
import type { MachineRates } from './fusion-plan.js';

/** Long enough that a pause of the collector does not double a rate. */
const SECONDS = 0.05;
/** Operations of a rule on each entry that it looks at, against one multiplication: trims, votes and sums visit an entry several times. */
const VISITS = 8;
/** Reading and writing a file takes about as long as hashing it. */
const BYTES_TOUCHED = 2;

const known = new WeakMap<object, Promise<MachineRates>>();

/** What this machine does in a second on this backend: a fifth of a second of work, done once per process. */
export function measureRates(tf: TensorFlow): Promise<MachineRates> {
  const engine = tf.engine();
  const rates = known.get(engine) ?? measure(tf);
  known.set(engine, rates);
  return rates;
}

async function measure(tf: TensorFlow): Promise<MachineRates> {
  const tall = createMatrix(1024, 64, new Float64Array(1024 * 64).fill(0.5));
  const square = createMatrix(64, 64, new Float64Array(64 * 64).fill(0.5));
  const values = new Float32Array(1 << 16).fill(0.5);
  const sums = new Float64Array(1 << 16);
  const bytes = Buffer.alloc(1 << 20);
  const [left, right] = [tf.ones([512, 64]), tf.ones([64, 512])];
  try {
    return {
      products64: await rateOf(1024 * 64 * 64, () => void multiply(tall, square)),
      products32: await rateOf(512 * 64 * 512, async () => {
        const product = tf.matMul(left, right);
        await product.data();
        product.dispose();
      }),
      entries:
        (await rateOf(values.length, () => {
          for (let at = 0; at < values.length; at += 1) sums[at]! += values[at]! * 0.5;
        })) / VISITS,
      bytes: (await rateOf(bytes.length, () => void createHash('sha256').update(bytes).digest())) / BYTES_TOUCHED,
    };
  } finally {
    left.dispose();
    right.dispose();
  }
}

async function rateOf(amount: number, work: () => void | Promise<void>): Promise<number> {
  // The first call pays for the compiler.
  await work();
  const started = performance.now();
  let calls = 0;
  let seconds = 0;
  do {
    await work();
    calls += 1;
    seconds = (performance.now() - started) / 1000;
  } while (seconds < SECONDS);
  return (amount * calls) / seconds;
}
