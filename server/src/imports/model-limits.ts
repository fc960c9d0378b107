import { uploadLimits, type UploadLimits } from '../uploads/upload-limits.js';

/** Caps on what the folder of a base model may ask of us. */
export const modelLimits: UploadLimits = {
  ...uploadLimits,
  bytes: 512 * 2 ** 30,
  // A tokenizer of 256,000 entries has about 35 MB.
  jsonBytes: 256 * 2 ** 20,
};
