/** Bits of the magnitude of a float32: all but the sign. As unsigned integers they are ordered as the magnitudes are, denormals included. */
export const MAGNITUDE_MASK = 0x7fffffff;
/** Magnitude bits of infinity; NaNs lie above it. */
export const INFINITY_BITS = 0x7f800000;

/** The same memory as unsigned integers. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The magnitude that has these bits. */
export function magnitudeOfBits(bits: number): number {
  scratchBits[0] = bits;
  return scratch[0]!;
}
