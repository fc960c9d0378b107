import { signed, unsigned, type Code } from './assembler.js';

/** Instructions as the WebAssembly specification numbers them; each is preceded by the code of its operands, the last operand last. */
const simd = (opcode: number, ...rest: Code): Code => [0xfd, ...unsigned(opcode), ...rest];
const binary =
  (...instruction: Code) =>
  (x: Code, y: Code): Code => [...x, ...y, ...instruction];
const unary =
  (...instruction: Code) =>
  (x: Code): Code => [...x, ...instruction];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: binary(0x6a),
  and: binary(0x71),
  or: binary(0x72),
  shiftLeft: binary(0x74),
  shiftRight: binary(0x76),
  equal: binary(0x46),
  lessUnsigned: binary(0x49),
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)],
};

export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00, 0, ...unsigned(offset))],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b, 0, ...unsigned(offset)),
  ],
  and: binary(...simd(0x4e)),
  andNot: binary(...simd(0x4f)),
  or: binary(...simd(0x50)),
  /** Bits of x where the mask is set, of y elsewhere. */
  select: (x: Code, y: Code, mask: Code): Code => [...x, ...y, ...mask, ...simd(0x52)],
  anyTrue: unary(...simd(0x53)),
  shuffle: (x: Code, y: Code, lanes: Code): Code => [...x, ...y, ...simd(0x0d, ...lanes)],
};

export const i32x4 = {
  splat: unary(...simd(0x11)),
  lane: (x: Code, lane: number): Code => [...x, ...simd(0x1b, lane)],
  equal: binary(...simd(0x37)),
  greaterOrEqualUnsigned: binary(...simd(0x40)),
  extendLowUnsigned16: unary(...simd(0xa9)),
  extendHighUnsigned16: unary(...simd(0xaa)),
  shiftLeft: binary(...simd(0xab)),
  shiftRight: binary(...simd(0xad)),
  add: binary(...simd(0xae)),
  subtract: binary(...simd(0xb1)),
  maximumUnsigned: binary(...simd(0xb9)),
};

export const i16x8 = { narrowUnsigned: binary(...simd(0x86)) };

export const f32x4 = {
  greater: binary(...simd(0x44)),
  subtract: binary(...simd(0xe5)),
  multiply: binary(...simd(0xe6)),
  /** Two float64 become the two low float32, nearest even; the high two become 0. */
  demote: unary(...simd(0x5e)),
};

export const f64x2 = {
  lane: (x: Code, lane: number): Code => [...x, ...simd(0x21, lane)],
  splat: unary(...simd(0x14)),
  equal: binary(...simd(0x47)),
  greater: binary(...simd(0x4a)),
  greaterOrEqual: binary(...simd(0x4c)),
  /** The two low float32, exactly. */
  promoteLow: unary(...simd(0x5f)),
  add: binary(...simd(0xf0)),
  multiply: binary(...simd(0xf2)),
  divide: binary(...simd(0xf3)),
};

export const f64 = {
  add: binary(0xa0),
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
};

const bytes = (...lanes: Code): Code => lanes;
/** The high half of a vector, twice: the two float32 that `promoteLow` shall take next. */
export const highHalf = (x: Code): Code =>
  v128.shuffle(x, x, bytes(8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
/** The low halves of two vectors side by side. */
export const joinLow = (x: Code, y: Code): Code =>
  v128.shuffle(x, y, bytes(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
/** Masks of two float64 each as masks of four 32-bit lanes. */
export const joinMasks = (x: Code, y: Code): Code =>
  v128.shuffle(x, y, bytes(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27));
/** The two low masks of four, widened to two of 64 bits; then the two high ones. */
export const widenLowMask = (x: Code): Code =>
  v128.shuffle(x, x, bytes(0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7));
export const widenHighMask = (x: Code): Code =>
  v128.shuffle(x, x, bytes(8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15));

const LOOP: Code = [0x02, 0x40, 0x03, 0x40];
const LEAVE_UNLESS: Code = [0x45, 0x0d, 1];
const AGAIN: Code = [0x0c, 0, 0x0b, 0x0b];

/** Repeats `body` while the pointer in local `at` is below the one in `end`. */
export const whileBelow = (at: number, end: number, body: Code): Code => [
  ...LOOP,
  ...i32.lessUnsigned(get(at), get(end)),
  ...LEAVE_UNLESS,
  ...body,
  ...AGAIN,
];
export const ifTrue = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b];
/** Moves a pointer on. */
export const advance = (local: number, bytesOn: number): Code => set(local, i32.add(get(local), i32.constant(bytesOn)));
