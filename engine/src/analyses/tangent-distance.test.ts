import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type SelectedBackend } from '../backend/index.js';
import { calculus64, deltas64, embed64, type Matrix64 } from '../models/float64-tower.testing.js';
import { ModelWeights, type LowRankUpdates } from '../models/index.js';
import {
  frameOf,
  layerPart,
  model,
  predictions64,
  subjectsOf,
  tasks,
  VALUES,
  vectorsOn,
} from './small-plane.testing.js';
import { tangentDistance } from './tangent-distance.js';

const [updates] = vectorsOn(VALUES);
/** A0 that the adapter has moved away from. */
const frame = frameOf(updates);
/** The adapter with A0 in the place of its A: what its own layers' tangents are. */
const onFrame: LowRankUpdates = new Map(
  [...updates].map(([name, update]) => [name, { ...update, a: frame.get(name)! }]),
);
const scaled = (deltas: ReadonlyMap<string, Float64Array>, factor: number) =>
  new Map([...deltas].map(([name, delta]) => [name, delta.map((value) => factor * value)]));

/** Outputs of the adapted layers, and the model's own, in float64. */
function pass64(deltas: ReadonlyMap<string, Float64Array>) {
  const inputs = new Map<string, Matrix64>();
  const plain = calculus64(model, deltas, (name, x) => void inputs.set(name, x));
  const modules = new Map<string, Float64Array>();
  const output = embed64(model, tasks[0].examples, {
    ...plain,
    linear(name, x) {
      const y = plain.linear(name, x);
      modules.set(name, y.data);
      return y;
    },
  });
  return { inputs, modules, output: output.data };
}
const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
const minus = (one: Float64Array, other: Float64Array): Float64Array => one.map((value, i) => value - other[i]!);
/** Derivative along the deltas by central differences: the weights move along s B A0, as the factors do to first order at B0 = 0. */
function slope64(deltas: ReadonlyMap<string, Float64Array>, pick: (pass: ReturnType<typeof pass64>) => Float64Array) {
  const step = 1e-4;
  const [up, down] = [pass64(scaled(deltas, step)), pass64(scaled(deltas, -step))].map(pick);
  return up!.map((value, i) => (value - down![i]!) / (2 * step));
}

describe('the distance of an adapter from its tangent', () => {
  let backend: SelectedBackend;
  let base: ModelWeights;
  beforeAll(async () => {
    backend = await selectBackend({ backend: 'wasm' });
    base = new ModelWeights(backend.tf, model.parameters);
  });
  afterAll(() => {
    base.dispose();
    backend.dispose();
  });
  const measure = (adapter: LowRankUpdates, origin?: ReadonlyMap<string, Float32Array>) =>
    tangentDistance({
      tf: backend.tf,
      base,
      updates: adapter,
      frame: origin,
      subject: subjectsOf(backend.tf)[0],
      batchSize: 4,
    });

  // Reference: float64 by plain loops and central differences. Tolerance: relative, float32 rounding of small differences.
  it('is what its definition says, layer by layer and at the output', async () => {
    const found = await measure(updates, frame);
    const tangent = deltas64(onFrame);
    const [f, start, moduleWise] = [pass64(deltas64(updates)), pass64(new Map()), pass64(tangent)];
    expect(found).toMatchObject({ reference: 'FRAME', examples: 9 });
    expect(found.modules.map(({ module }) => module)).toEqual([...VALUES].sort());
    for (const { module, own, network, change } of found.modules) {
      const [value, zero] = [f.modules.get(module)!, start.modules.get(module)!];
      const move = minus(value, zero);
      expect(change).toBeCloseTo(norm(move) / norm(zero), 4);
      const slope = slope64(tangent, ({ modules }) => modules.get(module)!);
      expect(Math.abs(network! - norm(minus(move, slope)) / norm(move))).toBeLessThan(1e-3);
      const x = f.inputs.get(module)!;
      const through = (deltas: ReadonlyMap<string, Float64Array>): Float64Array => {
        const delta = deltas.get(module)!;
        const out = delta.length / x.columns;
        return Float64Array.from({ length: x.rows * out }, (_, at) => {
          const [row, column] = [Math.floor(at / out), at % out];
          let sum = 0;
          for (let k = 0; k < x.columns; k += 1) sum += x.data[row * x.columns + k]! * delta[column * x.columns + k]!;
          return sum;
        });
      };
      const [exact, linear] = [through(deltas64(updates)), through(tangent)];
      expect(Math.abs(own! - norm(minus(exact, linear)) / norm(exact))).toBeLessThan(1e-4);
    }
    const move = minus(f.output, start.output);
    const slope = slope64(tangent, ({ output }) => output);
    expect(Math.abs(found.output.network! - norm(minus(move, slope)) / norm(move))).toBeLessThan(1e-3);
    expect(Math.abs(found.output.moduleWise! - norm(minus(f.output, moduleWise.output)) / norm(move))).toBeLessThan(
      1e-4,
    );
    expect(found.output.change).toBeCloseTo(norm(move) / norm(start.output), 4);
    expect(found.layers.map(({ stack, index }) => [stack, index])).toEqual([
      ['vision_model.encoder.layers', 0],
      ['vision_model.encoder.layers', 1],
    ]);
    const predictions = predictions64(deltas64(updates), 0);
    const agreement = predictions64(tangent, 0).filter((prediction, i) => prediction === predictions[i]).length / 9;
    expect(found.output.models.moduleWise.agreement).toBeCloseTo(agreement, 12);
    expect(found.output.models.adapted.agreement).toBe(1);
  });

  it('is module-wise zero for an adapter that kept its A0, as L-LoRA does', async () => {
    const found = await measure(onFrame, frame);
    expect(found.modules.every(({ own }) => own === 0)).toBe(true);
    expect(found.output.moduleWise).toBe(0);
    expect(found.output.models.moduleWise).toEqual(found.output.models.adapted);
    expect(found.layers.every(({ moduleWise, network }) => moduleWise === 0 && network! > 0)).toBe(true);
  });

  it('is measured in the weights where no frame is known: then layers are their own tangents', async () => {
    const found = await measure(updates);
    expect(found.reference).toBe('WEIGHTS');
    expect(found.modules.every(({ own }) => own === 0)).toBe(true);
    const along = deltas64(updates);
    const move = minus(pass64(along).output, pass64(new Map()).output);
    const error = minus(
      move,
      slope64(along, ({ output }) => output),
    );
    expect(Math.abs(found.output.network! - norm(error) / norm(move))).toBeLessThan(1e-3);
  });

  it('vanishes, to second order, as the adapter shrinks', async () => {
    const shrunk = (factor: number): LowRankUpdates =>
      new Map([...onFrame].map(([name, update]) => [name, { ...update, scale: update.scale * factor }]));
    const [whole, small] = [await measure(shrunk(0.2), frame), await measure(shrunk(0.02), frame)];
    const drop = small.output.network! / whole.output.network!;
    expect(drop).toBeGreaterThan(0.05);
    expect(drop).toBeLessThan(0.2);
  });

  it('is not defined where nothing moves, and refuses a frame of another adapter', async () => {
    const still: LowRankUpdates = new Map([...updates].map(([name, update]) => [name, { ...update, scale: 0 }]));
    const { output, modules } = await measure(still, frame);
    expect(output).toMatchObject({ network: null, moduleWise: null });
    expect(output.change).toBeLessThan(1e-6);
    expect(modules.every(({ own, network }) => own === null && network === null)).toBe(true);
    const other = new Map([...frame].map(([name, a]) => [name, a.subarray(8)]));
    await expect(measure(updates, other)).rejects.toThrow(/A0/);
    await expect(measure(new Map([[layerPart(7, 'mlp.fc1'), updates.get(VALUES[0]!)!]]))).rejects.toThrow(
      /no such layer/,
    );
  });

  it('leaves no tensor but the base', () => {
    base.dispose();
    expect(backend.tf.memory().numTensors).toBe(0);
  });
});
