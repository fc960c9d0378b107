import { defineError } from '../errors/index.js';

export const kernelErrors = {
  notFinite: defineError({
    code: 'KERNELS_NOT_FINITE',
    summary: 'A tensor that shall be merged holds NaN or an infinity.',
    remedy: 'Find the adapter that diverged in training, and leave it out or train it again.',
    message: (d: { input: string }) =>
      `${d.input} holds NaN or an infinity; merging needs finite numbers. Leave that adapter out or train it again.`,
  }),
  shapeMismatch: defineError({
    code: 'KERNELS_SHAPE_MISMATCH',
    summary: 'Tensors that shall be merged element by element differ in shape.',
    remedy: 'Merge adapters of one base and, in FACTOR space, of one rank.',
    message: (d: { index: number; got: readonly number[]; expected: readonly number[] }) =>
      `Tensor ${d.index} has shape [${d.got.join(', ')}], expected [${d.expected.join(', ')}] as tensor 0 has; merge tensors of one shape.`,
  }),
  dtypeUnsupported: defineError({
    code: 'KERNELS_DTYPE_UNSUPPORTED',
    summary: 'A merge kernel was given a tensor that is not float32.',
    remedy: 'Cast the tensor to float32 first.',
    message: (d: { got: string }) => `Merge kernels take float32 tensors, got ${d.got}; cast it first.`,
  }),
  argumentInvalid: defineError({
    code: 'KERNELS_ARGUMENT_INVALID',
    summary: 'A merge kernel was called with an argument out of its range.',
    remedy: 'Correct the call as the message says.',
    message: (d: { argument: string; got: unknown; expected: string }) =>
      `${d.argument} is ${String(d.got)}; give ${d.expected}.`,
  }),
};
