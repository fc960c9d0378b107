import { defineError } from '../errors/index.js';

/** What can be wrong with the choice of a backend. */
export const backendErrors = {
  unknown: defineError({
    code: 'BACKEND_UNKNOWN',
    summary: 'The backend that was asked for does not exist.',
    remedy: 'Set CRUCIBLE_BACKEND to one of the names in the error, or unset it.',
    message: (d: { readonly got: string; readonly known: readonly string[] }) =>
      `there is no backend ${JSON.stringify(d.got)}; there are ${d.known.join(', ')}.`,
  }),
  unavailable: defineError({
    code: 'BACKEND_UNAVAILABLE',
    summary: 'The backend that was asked for does not work on this machine.',
    remedy: 'Install what it needs (npm run backend:add), or unset CRUCIBLE_BACKEND to use what works.',
    message: (d: { readonly backend: string; readonly why: string }) =>
      `backend ${d.backend} does not work here: ${d.why}.`,
  }),
  deviceLost: defineError({
    code: 'BACKEND_DEVICE_LOST',
    summary: 'The device that computes went away in the middle of the work.',
    remedy:
      'Start the run again: it opens the device anew. If it happens again, look at the driver’s log, or set CRUCIBLE_BACKEND=wasm.',
    message: (d: { readonly backend: string; readonly why: string }) =>
      `backend ${d.backend} lost its device: ${d.why}.`,
  }),
  deviceFailed: defineError({
    code: 'BACKEND_DEVICE_FAILED',
    summary: 'The device refused an operation, so that what it computed cannot be trusted.',
    remedy:
      'Set CRUCIBLE_BACKEND=wasm for this work, and report the message: it is a fault of Crucible, of TensorFlow.js or of the driver.',
    message: (d: { readonly backend: string; readonly why: string }) =>
      `backend ${d.backend} refused an operation: ${d.why}.`,
  }),
  outOfMemory: defineError({
    code: 'BACKEND_OUT_OF_MEMORY',
    summary: 'The backend has no memory left for what was asked of it.',
    remedy:
      'Use a smaller batch or fewer processes, close what else uses the device, or compute on a backend with more memory (CRUCIBLE_BACKEND).',
    message: (d: { readonly backend: string; readonly why: string }) =>
      `backend ${d.backend} is out of memory: ${d.why}.`,
  }),
  tensorTooLarge: defineError({
    code: 'BACKEND_TENSOR_TOO_LARGE',
    summary: 'A tensor is larger than one buffer of the device may be.',
    remedy: 'Use a smaller batch, or compute on a backend without that limit: CRUCIBLE_BACKEND=wasm.',
    message: (d: { readonly backend: string; readonly got: number; readonly limit: number }) =>
      `backend ${d.backend} was asked for a tensor of ${d.got} bytes; a buffer there holds ${d.limit} at most.`,
  }),
} as const;
