import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEEP_ALL, mergeDisjoint } from '../kernels/index.js';
import { backendErrors, backendFailure, needsNewBackend, selectBackend, type SelectedBackend } from './index.js';
import { readTensor } from './read-tensors.testing.js';
import { testedBackends } from './tested-backends.testing.js';
import type { WebGpuBackend } from './webgpu/dawn.js';

describe('what is thrown while a backend computes', () => {
  it.each([
    'Array buffer allocation failed',
    'Aborted(OOM). Build with -sASSERTIONS for more info. out of memory',
    'OOM when allocating tensor with shape[65536,65536] and type float on /job:localhost/device:GPU:0',
    'Invalid TF_Status: 8\nMessage: RESOURCE_EXHAUSTED',
  ])('is typed where there is no memory left: %s', (message) => {
    const failure = backendFailure('wasm', new RangeError(message));
    expect(failure).toMatchObject({ code: 'BACKEND_OUT_OF_MEMORY', cause: expect.any(RangeError) });
    expect(needsNewBackend(failure)).toBe(true);
  });

  it('stays itself where it is something else', () => {
    const [other, own] = [new TypeError('x is undefined'), backendErrors.unknown({ got: 'abacus', known: [] })];
    for (const error of [other, own, 'text', undefined]) {
      expect(backendFailure('cpu', error)).toBe(error);
      expect(needsNewBackend(error)).toBe(false);
    }
    expect(needsNewBackend(backendErrors.deviceLost({ backend: 'webgpu', why: 'unplugged' }))).toBe(true);
  });
});

describe.each(testedBackends.filter((name) => name === 'webgpu'))('the device of %s', (backendName) => {
  let backend: SelectedBackend;
  beforeEach(async () => void (backend = await selectBackend({ backend: backendName })));
  afterEach(() => backend.dispose());

  const own = (): WebGpuBackend => backend.tf.backend() as WebGpuBackend;
  /** Made on the device. */
  const constant = (shape: number[], value: number) => {
    const { tf } = backend;
    return tf.tidy(() => tf.broadcastTo(tf.scalar(value), shape));
  };
  const add = (): Promise<Float32Array> => {
    const { tf } = backend;
    return readTensor(tf, () => tf.add(constant([300, 300], 1), constant([300, 300], 2)));
  };

  it('has the limits of its adapter', () => {
    // WebGPU's defaults, which a device has unless more is asked for.
    expect(own().device.limits['maxBufferSize']).toBeGreaterThan(256 << 20);
    expect(own().device.limits['maxStorageBufferBindingSize']).toBeGreaterThanOrEqual(128 << 20);
  });

  it('keeps no memory of a thousand fusions', async () => {
    const { tf } = backend;
    const member = { weight: 0.5, cut: KEEP_ALL };
    const rule = { vote: 'MASS', weightedVote: true, zeroSign: 1, merge: 'MEAN', divisor: 'COUNT', lambda: 1 } as const;
    const fuse = async (): Promise<void> => {
      const tensors = [1, -2].map((value) => constant([17, 19], value));
      const merged = await mergeDisjoint(tf, tensors, [member, member], rule);
      tf.dispose([merged, ...tensors]);
    };
    const held = (): readonly number[] => [
      tf.memory().numTensors,
      own().bufferManager.numBytesUsed,
      own().bufferManager.numBytesAllocated,
    ];
    for (let i = 0; i < 10; i += 1) await fuse();
    const [tensors, used, allocated] = held();
    for (let i = 0; i < 1000; i += 1) await fuse();
    const after = held();
    expect(after[0]).toBe(tensors);
    expect(after[1]).toBeLessThanOrEqual(used!);
    expect(after[2]).toBeLessThanOrEqual(allocated!);
  });

  it('refuses a tensor above its limit before it is made, and computes on', async () => {
    const { tf } = backend;
    const { maxBufferSize, maxStorageBufferBindingSize } = own().device.limits;
    const limit = Math.min(maxBufferSize!, maxStorageBufferBindingSize!);
    expect(() => tf.tidy(() => void tf.add(constant([limit / 4 + 1], 1), 1))).toThrow(
      expect.objectContaining({ code: 'BACKEND_TENSOR_TOO_LARGE' }),
    );
    expect((await add())[89_999]).toBe(3);
  });

  it('that refuses an operation says so when its result is read, and what went wrong', async () => {
    const { tf } = backend;
    const device = own().device as unknown as { createBuffer(of: object): unknown };
    const sum = tf.add(constant([300, 300], 1), 2);
    // Mapping for reading and for writing at once is no usage that WebGPU knows.
    device.createBuffer({ size: 16, usage: 3 });
    await expect(sum.data()).rejects.toMatchObject({
      code: 'BACKEND_DEVICE_FAILED',
      message: expect.stringMatching(/usage/i),
    });
  });

  it('that is lost fails what computes on it, and the next run has a new one', async () => {
    const { tf } = backend;
    const sum = tf.add(constant([300, 300], 1), 2);
    own().device.destroy();
    await expect(sum.data()).rejects.toMatchObject({ code: 'BACKEND_DEVICE_LOST' });
    backend.dispose();
    backend = await selectBackend({ backend: backendName });
    expect((await add())[0]).toBe(3);
  });

  it('is chosen by name or by the power it takes', async () => {
    backend.dispose();
    const before = process.env['CRUCIBLE_WEBGPU_ADAPTER'];
    try {
      process.env['CRUCIBLE_WEBGPU_ADAPTER'] = 'no such card';
      await expect(selectBackend({ backend: backendName })).rejects.toMatchObject({
        code: 'BACKEND_UNAVAILABLE',
        message: expect.stringContaining('no such card'),
      });
      process.env['CRUCIBLE_WEBGPU_ADAPTER'] = 'low-power';
      backend = await selectBackend({ backend: backendName });
      expect((await add())[0]).toBe(3);
    } finally {
      if (before === undefined) delete process.env['CRUCIBLE_WEBGPU_ADAPTER'];
      else process.env['CRUCIBLE_WEBGPU_ADAPTER'] = before;
    }
  });
});
