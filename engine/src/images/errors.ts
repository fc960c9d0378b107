import { defineError } from '../errors/index.js';

/** What can be wrong with an image, or with what says how a model wants its images. */
export const imageErrors = {
  unreadable: defineError({
    code: 'IMAGE_UNREADABLE',
    summary: 'Bytes are no image that can be decoded.',
    remedy: 'Give PNG, JPEG, WebP, GIF or TIFF files that other programs open.',
    message: (d: { readonly image: string; readonly reason: string }) => `${d.image}: cannot be decoded: ${d.reason}.`,
  }),
  tooLarge: defineError({
    code: 'IMAGE_TOO_LARGE',
    summary: 'An image has more bytes or pixels than are read.',
    remedy: 'Scale the image down.',
    message: (d: { readonly image: string; readonly what: string; readonly got: number; readonly limit: number }) =>
      `${d.image}: has ${d.got} ${d.what}, at most ${d.limit} are read.`,
  }),
  processorInvalid: defineError({
    code: 'IMAGE_PROCESSOR_INVALID',
    summary: 'A preprocessor_config.json asks for something that is not known.',
    remedy: 'Use a model whose images are resized, cropped, rescaled by 1/255 and normalized, in that order.',
    message: (d: { readonly file: string; readonly field: string; readonly got: string; readonly expected: string }) =>
      `${d.file}: ${d.field} is ${d.got}, expected ${d.expected}.`,
  }),
} as const;
