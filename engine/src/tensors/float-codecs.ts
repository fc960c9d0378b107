/**
 * F16, BF16 and F64 to float32 and back. Decoding F16 and BF16 is exact; encoding rounds to nearest, ties to even, as IEEE 754 says,
 * keeps infinities and the sign of zero, goes through subnormals, overflows to infinity, and keeps NaNs NaN.
 * Codes are `Uint16Array`s in the machine's byte order, which is little-endian wherever Node.js is supported.
 */

let f16Table: Float32Array | undefined;

/** All 65,536 values of F16: 256 KB, built once. A look-up is several times faster than the arithmetic. */
function getF16Table(): Float32Array {
  if (f16Table !== undefined) return f16Table;
  const bits = new Uint32Array(65_536);
  const table = new Float32Array(bits.buffer);
  for (let code = 0; code < 65_536; code += 1) {
    const sign = (code & 0x8000) << 16;
    const exponent = (code >>> 10) & 31;
    const mantissa = code & 1023;
    if (exponent === 31) bits[code] = sign | 0x7f800000 | (mantissa << 13);
    else if (exponent > 0) bits[code] = sign | ((exponent + 112) << 23) | (mantissa << 13);
    else {
      table[code] = mantissa * 2 ** -24;
      bits[code]! |= sign;
    }
  }
  f16Table = table;
  return table;
}

export function decodeF16(codes: Uint16Array, out = new Float32Array(codes.length)): Float32Array {
  const table = getF16Table();
  for (let i = 0; i < codes.length; i += 1) out[i] = table[codes[i]!]!;
  return out;
}

export function encodeF16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i += 1) {
    const x = bits[i]!;
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      // The quiet bit is set so that a payload of low bits alone cannot become infinity.
      out[i] = sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
    } else if (magnitude >= 0x477ff000) {
      // From 65520 on, half a step above the largest finite value, everything rounds to infinity.
      out[i] = sign | 0x7c00;
    } else if (magnitude >= 0x38800000) {
      const odd = (magnitude >>> 13) & 1;
      out[i] = sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
    } else if (magnitude < 0x33000000) {
      // Below half of the smallest subnormal.
      out[i] = sign;
    } else {
      const shift = 126 - (magnitude >>> 23);
      const mantissa = (magnitude & 0x7fffff) | 0x800000;
      const code = mantissa >>> shift;
      const half = 1 << (shift - 1);
      const rest = mantissa & ((1 << shift) - 1);
      out[i] = sign | (code + (rest > half || (rest === half && (code & 1) === 1) ? 1 : 0));
    }
  }
  return out;
}

export function decodeBF16(codes: Uint16Array, out = new Float32Array(codes.length)): Float32Array {
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < codes.length; i += 1) bits[i] = codes[i]! << 16;
  return out;
}

export function encodeBF16(values: Float32Array, out = new Uint16Array(values.length)): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i += 1) {
    const x = bits[i]!;
    // Rounding a NaN up could carry into the sign, or leave infinity.
    out[i] = (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** Rounds to nearest even, as every assignment to a `Float32Array` does. */
export function narrowF64(values: Float64Array, out = new Float32Array(values.length)): Float32Array {
  out.set(values);
  return out;
}
