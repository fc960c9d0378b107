import { describe, expect, it } from 'vitest';
import { decodeBF16, decodeF16, encodeBF16, encodeF16, narrowF64 } from './float-codecs.js';

const codes = Uint16Array.from({ length: 65_536 }, (_, code) => code);
const isNaNCode = (code: number, infinity: number): boolean => (code & 0x7fff) > infinity;

/** The value of a code by the definition of IEEE 754: an independent reference. */
function valueOf(code: number, exponentBits: number, mantissaBits: number): number {
  const sign = code >>> 15 === 1 ? -1 : 1;
  const exponent = (code >>> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = code & (2 ** mantissaBits - 1);
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
  return sign * (1 + mantissa / 2 ** mantissaBits) * 2 ** (exponent - bias);
}

describe.each([
  { name: 'F16', decode: decodeF16, encode: encodeF16, exponent: 5, mantissa: 10, infinity: 0x7c00 },
  { name: 'BF16', decode: decodeBF16, encode: encodeBF16, exponent: 8, mantissa: 7, infinity: 0x7f80 },
])('$name', ({ decode, encode, exponent, mantissa, infinity }) => {
  const values = decode(codes);

  it('decodes all 65,536 codes exactly', () => {
    expect(values).toEqual(Float32Array.from(codes, (code) => valueOf(code, exponent, mantissa)));
    expect(Object.is(values[0x8000], -0)).toBe(true);
  });

  it('encodes every value that it can hold as itself, and NaN as NaN', () => {
    const back = encode(values);
    const wrong = codes.filter((code) =>
      isNaNCode(code, infinity) ? !isNaNCode(back[code]!, infinity) : back[code] !== code,
    );
    expect([...wrong]).toEqual([]);
    expect(isNaNCode(encode(new Float32Array(Uint32Array.of(0x7f800001).buffer))[0]!, infinity)).toBe(true);
    expect(isNaNCode(encode(new Float32Array(Uint32Array.of(0xffffffff).buffer))[0]!, infinity)).toBe(true);
  });

  it('rounds to nearest, ties to even, between each two neighbours and up to infinity', () => {
    const wrong: number[] = [];
    for (let code = 0; code < infinity; code += 1) {
      const low = valueOf(code, exponent, mantissa);
      const high = code + 1 === infinity ? 2 ** (2 ** (exponent - 1)) : valueOf(code + 1, exponent, mantissa);
      const middle = Math.fround((low + high) / 2);
      const bits = new Uint32Array(Float32Array.of(middle).buffer);
      const below = new Float32Array(Uint32Array.of(bits[0]! - 1).buffer);
      const above = new Float32Array(Uint32Array.of(bits[0]! + 1).buffer);
      const [atMiddle] = encode(Float32Array.of(middle));
      const even = code % 2 === 0 ? code : code + 1;
      // Neighbouring subnormals of BF16 are 2^16 subnormals of float32 apart, so the middle is exact everywhere.
      if (atMiddle !== even || encode(below)[0] !== code || encode(above)[0] !== code + 1) wrong.push(code);
      if (encode(Float32Array.of(-middle))[0] !== (even | 0x8000)) wrong.push(-code);
    }
    expect(wrong).toEqual([]);
  });
});

describe('F64', () => {
  it('narrows to the nearest float32, ties to even', () => {
    expect(narrowF64(Float64Array.of(1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300, Number.NaN))).toEqual(
      Float32Array.of(1, 1 + 2 ** -22, Number.POSITIVE_INFINITY, Number.NaN),
    );
  });
});
