import { unsigned, type Code } from '../kernels/wasm/assembler.js';
import { get, i32, set } from '../kernels/wasm/instructions.js';

const simd = (opcode: number, ...rest: Code): Code => [0xfd, ...unsigned(opcode), ...rest];
const binary =
  (...instruction: Code) =>
  (x: Code, y: Code): Code => [...x, ...y, ...instruction];

/** Four float32 at a time: instructions that only forward passes use. */
export const f32x4 = {
  splat: (x: Code): Code => [...x, ...simd(0x13)],
  lane: (x: Code, lane: number): Code => [...x, ...simd(0x1f, lane)],
  add: binary(...simd(0xe4)),
  subtract: binary(...simd(0xe5)),
  multiply: binary(...simd(0xe6)),
  divide: binary(...simd(0xe7)),
  /** y < x ? y : x, one instruction on every machine. */
  lesser: binary(...simd(0xea)),
  /** x < y ? y : x */
  greater: binary(...simd(0xeb)),
  /** One number from memory in all lanes. */
  loadSplat: (address: Code, offset = 0): Code => [...address, ...simd(0x09, 2, ...unsigned(offset))],
  constant: (value: number): Code => {
    const bytes = [...new Uint8Array(Float32Array.of(value).buffer)];
    return simd(0x0c, ...bytes, ...bytes, ...bytes, ...bytes);
  },
};

export const f32 = {
  load: (address: Code, offset = 0): Code => [...address, 0x2a, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x38, 2, ...unsigned(offset)],
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  add: binary(0x92),
  divide: binary(0x95),
  multiply: binary(0x94),
  greater: binary(0x97),
  root: (x: Code): Code => [...x, 0x91],
};

export const i32Multiply = binary(0x6c);

/** x·y + z: rounded once where the machine has the instruction and `fused` is asked for, twice elsewhere. */
export type MultiplyAdd = (x: Code, y: Code, z: Code) => Code;
export const multiplyAdd = (fused: boolean): MultiplyAdd =>
  fused ? (x, y, z) => [...x, ...y, ...z, ...simd(0x105)] : (x, y, z) => f32x4.add(f32x4.multiply(x, y), z);

/** A pointer in a local moves on by what is in another. */
export const advanceBy = (local: number, step: number): Code => set(local, i32.add(get(local), get(step)));

/** The sum, or the greatest, of the four lanes of a local. */
export const sumOfLanes = (x: number): Code =>
  f32.add(f32.add(f32x4.lane(get(x), 0), f32x4.lane(get(x), 1)), f32.add(f32x4.lane(get(x), 2), f32x4.lane(get(x), 3)));
export const greatestOfLanes = (x: number): Code =>
  f32.greater(
    f32.greater(f32x4.lane(get(x), 0), f32x4.lane(get(x), 1)),
    f32.greater(f32x4.lane(get(x), 2), f32x4.lane(get(x), 3)),
  );
