import sharp from 'sharp';
import { imageErrors } from './errors.js';
import { imageLimits } from './limits.js';
import type { Pixels } from './pixels.js';

/**
 * The pixels of an encoded image as PIL's `Image.open(…).convert('RGB')` (or `'L'` where one channel is asked for) gives them: alpha is dropped, not blended; no colour
 * profile and no orientation is applied; of an animation the first frame. PNG comes out to the bit; JPEG within the freedom of its decoders.
 *
 * @param image what messages call it
 * @throws IMAGE_TOO_LARGE, IMAGE_UNREADABLE
 */
export async function decodeImage(image: string, bytes: Uint8Array, channels: 1 | 3 = 3): Promise<Pixels> {
  const limit = imageLimits.encodedBytes;
  if (bytes.length > limit) throw imageErrors.tooLarge({ image, what: 'bytes', got: bytes.length, limit });
  try {
    const input = sharp(bytes, { ignoreIcc: true, limitInputPixels: imageLimits.pixels, failOn: 'error', pages: 1 });
    const metadata = await input.metadata();
    const { width = 0, height = 0 } = metadata;
    if (width * height > imageLimits.pixels) {
      throw imageErrors.tooLarge({ image, what: 'pixels', got: width * height, limit: imageLimits.pixels });
    }
    const colour = input.removeAlpha().toColourspace('srgb');
    const { data, info } = await colour.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return channels === 3 ? toColour(data, info) : toGrey(data, info);
  } catch (error) {
    if (error instanceof Error && error.name === 'CrucibleError') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/pixel limit/i.test(reason)) {
      throw imageErrors.tooLarge({ image, what: 'pixels', got: Number.NaN, limit: imageLimits.pixels }, error);
    }
    throw imageErrors.unreadable({ image, reason }, error);
  }
}

interface RawInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

function toColour(data: Buffer, { width, height, channels }: RawInfo): Pixels {
  if (channels === 3) return { width, height, channels: 3, data };
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i += 1) out.fill(data[i * channels]!, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data: out };
}

/** PIL's luma of ITU-R 601-2, in its fixed point: (19595 R + 38470 G + 7471 B + 2¹⁵) >> 16. */
function toGrey(data: Buffer, { width, height, channels }: RawInfo): Pixels {
  if (channels === 1) return { width, height, channels: 1, data };
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i += 1) {
    const at = i * channels;
    const [red, green, blue] =
      channels === 2 ? [data[at]!, data[at]!, data[at]!] : [data[at]!, data[at + 1]!, data[at + 2]!];
    out[i] = (19_595 * red + 38_470 * green + 7471 * blue + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: out };
}
