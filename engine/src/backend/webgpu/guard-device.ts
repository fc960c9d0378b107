import { firstLineOf } from '../backend-failure.js';
import { backendErrors } from '../errors.js';
import type { WebGpuBackend } from './dawn.js';

/** Freed buffers that are kept for the next tensor of the same size; beyond these bytes they go back to the device. */
const KEPT_BYTES = 256 << 20;

/**
 * Makes a WebGPU backend say what went wrong. WebGPU itself reports errors beside the calls that cause them, and reads zeros afterwards; here a read is
 * refused once the device was lost, ran out of memory or refused an operation, and a tensor above the device's limit before it is made.
 *
 * @throws from `read`: backendErrors.deviceLost, outOfMemory, deviceFailed; from any operation: backendErrors.tensorTooLarge
 */
export function guardDevice(backend: WebGpuBackend): WebGpuBackend {
  const { device, bufferManager } = backend;
  let lost: string | undefined;
  let failed: string | undefined;
  let closed = false;
  void (async () => {
    const { reason, message } = await device.lost;
    lost = firstLineOf(message || reason || 'no reason was given');
  })();
  // The first error is the cause: what follows works on what it left undone.
  device.onuncapturederror = ({ error }) => void (failed ??= firstLineOf(error));

  const check = (): void => {
    if (lost !== undefined && !closed) throw backendErrors.deviceLost({ backend: 'webgpu', why: lost });
    if (failed === undefined) return;
    const details = { backend: 'webgpu', why: failed };
    throw /memory/i.test(failed) ? backendErrors.outOfMemory(details) : backendErrors.deviceFailed(details);
  };

  const limit = Math.min(device.limits['maxBufferSize']!, device.limits['maxStorageBufferBindingSize']!);
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  const release = bufferManager.releaseBuffer.bind(bufferManager);
  const read = backend.read.bind(backend);
  const dispose = backend.dispose.bind(backend);
  return Object.assign(backend, {
    bufferManager: Object.assign(bufferManager, {
      acquireBuffer(size: number, ...more: [number, boolean?, boolean?]) {
        if (size > limit) throw backendErrors.tensorTooLarge({ backend: 'webgpu', got: size, limit });
        // An empty tensor has a buffer too where an operation reads it, and WebGPU maps none of no bytes.
        return acquire(Math.max(size, 4), ...more);
      },
      releaseBuffer(buffer: unknown, reuse = true) {
        release(buffer, reuse && bufferManager.numBytesAllocated - bufferManager.numBytesUsed < KEPT_BYTES);
      },
    }),
    async read(dataId: object) {
      check();
      try {
        const values = await read(dataId);
        check();
        return values;
      } catch (error) {
        // Mapping fails before the promise that says why is settled.
        await new Promise((settle) => setImmediate(settle));
        check();
        throw error;
      }
    },
    dispose() {
      closed = true;
      dispose();
      device.destroy();
    },
  });
}
