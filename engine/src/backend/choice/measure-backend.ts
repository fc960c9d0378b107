import { pathToFileURL } from 'node:url';
import { selectBackend } from '../select-backend.js';

/** Small enough for plain JavaScript, large enough that a card is not judged by the time of a call. */
const SIDE = 512;
const ROUNDS = 3;

/** GFLOP/s of a 512 × 512 matrix product on one backend, read back: the best of three after one to warm up. */
export async function measureBackend(backend: string): Promise<number> {
  const { tf, dispose } = await selectBackend({ backend });
  let best = Infinity;
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [x, y] = [tf.ones([SIDE, SIDE]), tf.ones([SIDE, SIDE])];
    const started = performance.now();
    const product = tf.matMul(x, y);
    await product.data();
    if (round > 0) best = Math.min(best, performance.now() - started);
    tf.dispose([x, y, product]);
  }
  dispose();
  return (2 * SIDE ** 3) / (best * 1e6);
}

// In a process of its own: a driver that crashes takes its process along.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const gigaflops = await measureBackend(process.argv[2] ?? '');
  process.stdout.write(JSON.stringify(gigaflops), () => process.exit(0));
}
