import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { createTape, ModelWeights } from '../../models/index.js';
import { openLinkedTensorFlow } from './open-linked.js';

/** What a linked TensorFlow was seen to do. */
export interface LinkProbe {
  readonly gpu: boolean;
  /** Greatest difference of a 256 × 256 product to a plain one in float64, over its greatest entry. */
  readonly productError: number;
  /** The same of a gradient of a sum of squares, by our tape. */
  readonly gradientError: number;
  /** Of a 1024 × 1024 product, the best of three. */
  readonly gigaflops: number;
}

/** Float32 sums of 256 products, TensorFloat-32 of NVIDIA's cards included. */
const TOLERANCE = 2e-3;
const SIZE = 256;

async function probe(folder: string): Promise<LinkProbe> {
  const opened = await openLinkedTensorFlow(tf, false, folder);
  if (!opened.ok) throw new Error(`Error: ${opened.why}`);
  const entries = (seed: number): Float32Array =>
    Float32Array.from({ length: SIZE * SIZE }, (_, i) => Math.sin(seed + i * 0.7));
  const [x, w] = [entries(1), entries(2)];
  const product = multiply(x, w);
  const gradient = multiply(
    transpose(x),
    product.map((value) => 2 * value),
  );
  const got = tf.tidy(() => tf.matMul(matrix(x), matrix(w)).dataSync<'float32'>());
  const report = {
    gpu: (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true,
    productError: distance(got, product),
    gradientError: distance(gradientByTape(x, w), gradient),
    gigaflops: measure(),
  };
  opened.dispose();
  for (const error of [report.productError, report.gradientError]) {
    if (!(error < TOLERANCE)) throw new Error(`Error: a result is off by ${error}`);
  }
  return report;
}

const matrix = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [SIZE, SIZE], 'float32');

/** d Σ(x·w)² / dw by the tape that trains models: w is the transposed weight of a linear layer. */
function gradientByTape(x: Float32Array, w: Float32Array): Float32Array {
  const layer = { shape: [SIZE, SIZE], values: transpose(w) };
  const weights = new ModelWeights(tf, new Map([['layer.weight', layer]]));
  try {
    return tf.tidy(() => {
      const tape = createTape(tf, weights, { trainable: () => true });
      const y = tape.linear('layer', tape.constant(matrix(x)));
      const gradients = tape.backward(y, tf.mul(y.value, 2));
      return transpose(gradients.get('layer.weight')!.dataSync<'float32'>());
    });
  } finally {
    weights.dispose();
  }
}

function multiply(x: Float32Array, y: Float32Array | readonly number[]): Float32Array {
  const z = new Float32Array(SIZE * SIZE);
  for (let i = 0; i < SIZE; i += 1) {
    for (let j = 0; j < SIZE; j += 1) {
      let sum = 0;
      for (let k = 0; k < SIZE; k += 1) sum += x[i * SIZE + k]! * y[k * SIZE + j]!;
      z[i * SIZE + j] = sum;
    }
  }
  return z;
}

const transpose = (x: Float32Array): Float32Array => x.map((_, i) => x[(i % SIZE) * SIZE + Math.floor(i / SIZE)]!);

function distance(got: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

function measure(): number {
  const side = 1024;
  const times = [0, 1, 2, 3].map(() =>
    tf.tidy(() => {
      const one = tf.ones([side, side]) as tf.Tensor2D;
      const started = performance.now();
      tf.matMul(one, one).dataSync();
      return performance.now() - started;
    }),
  );
  return (2 * side ** 3) / (Math.min(...times.slice(1)) * 1e6);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(JSON.stringify(await probe(process.argv[2] ?? '')));
  process.exit(0);
}
