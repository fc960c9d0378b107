/** One decoded image: `[height, width, channels]`, bytes from 0 to 255. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}
