import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { testedBackends } from '../backend/tested-backends.testing.js';
import { calculus64, embed64 } from '../models/float64-tower.testing.js';
import { createEvaluator, foldUpdates, ModelWeights, type LowRankUpdates } from '../models/index.js';
import { analysesErrors } from './errors.js';
import { createSharedBatch } from './shared-calculus.js';
import {
  addDeltas,
  addFactors,
  frameOf,
  layerPart,
  model,
  subjectsOf,
  tasks,
  VALUES,
  vectorsOfOneFrame,
  vectorsOn,
} from './small-plane.testing.js';
import { createTaskPlane, spaceOf, type PlaneSpace } from './task-plane.js';

const POINTS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-0.7, 1.3],
  [2, -2],
] as const;
const QUERIES = [layerPart(0, 'self_attn.q_proj'), layerPart(1, 'self_attn.v_proj')];
const MIDDLE = [layerPart(1, 'mlp.fc1')];
const V0 = layerPart(0, 'self_attn.v_proj');
const frame = frameOf(vectorsOn(VALUES)[0]);

describe.each(testedBackends)('a batch that shares its work over a plane, on %s', (backendName) => {
  let backend: SelectedBackend;
  let base: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: backendName });
    base = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    base.dispose();
    backend.dispose();
  });

  // Reference: the forward pass in float64. Tolerance: float32 rounding through two layers.
  it.each<[string, PlaneSpace, readonly LowRankUpdates[], readonly string[], object]>([
    ['values and outputs', 'DELTA', vectorsOn(VALUES), [V0], {}],
    ['values and outputs of one frame', 'FRAME', vectorsOfOneFrame(VALUES), [V0], {}],
    ['queries below values', 'DELTA', vectorsOn(QUERIES), [QUERIES[0]!], {}],
    ['one MLP', 'DELTA', vectorsOn(MIDDLE), MIDDLE, {}],
    ['one vector without a module of the other', 'DELTA', [vectorsOn(VALUES)[0], vectorsOn([V0])[1]], [V0], {}],
    ['factors from zero', 'FACTOR', vectorsOn(VALUES), [], {}],
    ['factors from a frame', 'FACTOR', vectorsOn(VALUES), [], { frame }],
  ])('gives what the model itself gives: %s in %s', async (_, space, vectors, linear, options) => {
    const { tf } = backend;
    base.transposed('visual_projection.weight');
    const plane = createTaskPlane({ tf, base, vectors, space, ...options });
    const combine =
      space === 'FACTOR' ? addFactors(vectors, (options as { frame?: typeof frame }).frame) : addDeltas(vectors);
    const [subject] = subjectsOf(tf);
    const batch = createSharedBatch(tf, base, plane);
    const seen = [];
    for (const point of POINTS) {
      const weights = plane.at(point);
      const shared = tf.tidy(() => batch.at(weights, point, (calculus) => subject.forward(calculus, 0, 9)).clone());
      const plain = tf.tidy(() => subject.forward(createEvaluator(tf, weights), 0, 9));
      const [got, folded] = [await shared.data<'float32'>(), await plain.data<'float32'>()];
      tf.dispose([shared, plain]);
      weights.dispose();
      const expected = embed64(model, tasks[0].examples, calculus64(model, combine(point))).data;
      expect(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(3e-5);
      expect(Math.max(...got.map((value, i) => Math.abs(value - folded[i]!)))).toBeLessThan(3e-5);
      seen.push(got.join());
    }
    expect(new Set(seen).size).toBe(POINTS.length);
    const { summary } = batch;
    expect(summary.linearModules).toEqual(linear);
    expect(summary.constant).toBeGreaterThan(0);
    expect(summary.linear > 0).toBe(linear.length > 0);
    batch.dispose();
    plane.dispose();
  });

  it('computes what no vector reaches once, and nothing else differently', () => {
    const { tf } = backend;
    const plane = createTaskPlane({ tf, base, vectors: vectorsOn(MIDDLE), space: 'DELTA' });
    const [subject] = subjectsOf(tf);
    const batch = createSharedBatch(tf, base, plane);
    const before = tf.memory().numTensors;
    const pass = (point: readonly number[]): void => {
      const weights = plane.at(point);
      tf.tidy(() => void batch.at(weights, point, (calculus) => subject.forward(calculus, 0, 9)));
      weights.dispose();
    };
    pass([1, 0]);
    // After the first point: what the residual of the last layer needs, and its MLP, per vector.
    const kept = tf.memory().numTensors - before;
    expect(kept).toBe(4);
    const { summary } = batch;
    for (const point of POINTS) pass(point);
    expect(tf.memory().numTensors - before).toBe(kept);
    expect(batch.summary).toEqual(summary);
    // The activation of the MLP and what follows: fc2, the residual, the norm, the projection.
    expect(summary.varying).toBe(5);
    batch.dispose();
    plane.dispose();
  });

  it('moves biases and norms along with weights, as adapters of whole weights have them', async () => {
    const { tf } = backend;
    const vector = (length: number, factor: number) => ({
      a: Float32Array.of(1),
      b: Float32Array.from({ length }, (_, i) => factor * Math.cos(i)),
      rank: 1,
      scale: 1,
      layout: 'VECTOR' as const,
    });
    const bias = { ...vector(12, 0.5), parameter: 'BIAS' as const };
    const vectors: LowRankUpdates[] = [
      new Map([...vectorsOn(VALUES)[0], [`${MIDDLE[0]!}.bias`, bias]]),
      new Map([[layerPart(0, 'layer_norm1'), vector(8, 0.3)]]),
    ];
    base.transposed('visual_projection.weight');
    const plane = createTaskPlane({ tf, base, vectors, space: 'DELTA' });
    const [subject] = subjectsOf(tf);
    const batch = createSharedBatch(tf, base, plane);
    for (const point of POINTS) {
      const scaled = vectors.map((updates, which) => {
        return [...updates].map(
          ([name, update]) => [name, { ...update, scale: update.scale * point[which]! }] as const,
        );
      });
      const folded = foldUpdates(tf, base, new Map(scaled.flat()));
      const weights = plane.at(point);
      const shared = tf.tidy(() => batch.at(weights, point, (calculus) => subject.forward(calculus, 0, 9)).clone());
      const plain = tf.tidy(() => subject.forward(createEvaluator(tf, folded), 0, 9));
      const [got, expected] = [await shared.data<'float32'>(), await plain.data<'float32'>()];
      expect(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
      tf.dispose([shared, plain]);
      weights.dispose();
      folded.dispose();
    }
    // The norm below them is moved: no layer's input is constant any more.
    expect(batch.summary).toMatchObject({ linearModules: [], linearity: 'NONE' });
    batch.dispose();
    plane.dispose();
    expect(() => createTaskPlane({ tf, base, vectors, space: 'FACTOR' })).toThrow(/factors A and B/);
  });

  it('refuses vectors that are in no such space, and leaves no tensor', () => {
    const { tf } = backend;
    base.transposed(`${V0}.weight`);
    const before = tf.memory().numTensors;
    const [first, second] = vectorsOn([V0]);
    const wider = new Map([[V0, { a: new Float32Array(24), b: new Float32Array(24), rank: 3, scale: 1 }]]);
    const make = (space: PlaneSpace, vectors: readonly LowRankUpdates[]) => () =>
      createTaskPlane({ tf, base, vectors, space });
    const { code } = analysesErrors.vectorsInvalid.entry;
    expect(make('FRAME', [first, second])).toThrow(expect.objectContaining({ code }) as Error);
    expect(make('FACTOR', [first, wider])).toThrow(expect.objectContaining({ code }) as Error);
    expect(make('DELTA', [new Map([['nowhere', first.get(V0)!]])])).toThrow(/no such layer/);
    expect(make('DELTA', [new Map([[V0, { ...first.get(V0)!, rank: 3 }]])])).toThrow(/at rank 3/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no tensor but the base', () => {
    base.dispose();
    expect(backend.tf.memory().numTensors).toBe(0);
  });

  it('knows when adapters share a frame', () => {
    expect(spaceOf(vectorsOfOneFrame(VALUES))).toBe('FRAME');
    expect(spaceOf(vectorsOn(VALUES))).toBe('DELTA');
    expect(spaceOf([vectorsOn(VALUES)[0], new Map()])).toBe('DELTA');
  });
});
