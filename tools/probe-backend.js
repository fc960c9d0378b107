// Says whether one backend computes here, in a process of its own: a driver that crashes takes its process along.
import { selectBackend } from '@crucible/engine/backend';

try {
  const { tf, reason, dispose } = await selectBackend({ backend: process.argv[2] });
  const product = await tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).data();
  if (product[0] !== 11) throw new Error(`1·3 + 2·4 = ${product[0]}`);
  console.log(reason.replace('asked for by the caller: ', ''));
  dispose();
  process.exit(0);
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
