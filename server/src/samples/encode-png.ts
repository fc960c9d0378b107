import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Colour types of PNG, by the number of channels. */
const COLOUR_TYPES = { 1: 0, 3: 2 } as const;

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** 1: grey, 3: red, green and blue. */
  readonly channels: 1 | 3;
  /** `[height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array;
}

/** A picture as a PNG of the same pixels: 8 bits a channel, rows unfiltered (W3C, Portable Network Graphics, third edition, 2025). */
export function encodePng({ height, width, channels, pixels }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels];
  const stride = width * channels;
  // Each row begins with the number of its filter: 0, none.
  const rows = Buffer.alloc(height * (stride + 1));
  for (let row = 0; row < height; row += 1)
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
