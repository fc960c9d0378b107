export { centreCrop } from './centre-crop.js';
export { decodeImage } from './decode-image.js';
export { imageErrors } from './errors.js';
export { fitImage, normalizeImage, parseImageProcessor, type ImageProcessor } from './image-processor.js';
export { imageLimits } from './limits.js';
export type { Pixels } from './pixels.js';
export { resample, type ResampleFilter } from './resample.js';
