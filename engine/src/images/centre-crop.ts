import type { Pixels } from './pixels.js';

/** The middle of an image, as transformers' `center_crop` cuts it: an odd rest is left at the bottom and right; what is too small gets black around it. */
export function centreCrop(image: Pixels, height: number, width: number): Pixels {
  const { channels, data } = image;
  if (image.height === height && image.width === width) return image;
  const out = new Uint8Array(height * width * channels);
  const top = offset(image.height, height);
  const left = offset(image.width, width);
  for (let y = 0; y < height; y += 1) {
    const fromY = y + top;
    if (fromY < 0 || fromY >= image.height) continue;
    const begin = Math.max(0, -left);
    const end = Math.min(width, image.width - left);
    const from = (fromY * image.width + begin + left) * channels;
    out.set(data.subarray(from, from + (end - begin) * channels), (y * width + begin) * channels);
  }
  return { height, width, channels, data: out };
}

/** Where cutting begins. Padding puts ⌈rest / 2⌉ in front, as transformers does; so does this floor of a negative half. */
const offset = (have: number, want: number): number => Math.floor((have - want) / 2);
