import { I32, V128, type Code, type WasmFunction } from './assembler.js';
import { advance, get, i32, i32x4, ifTrue, set, v128, whileBelow } from './instructions.js';
import { MAGNITUDE, STEP } from './step.js';

/**
 * Counts float32 by the upper 16 bits of their magnitudes. Parameters: x, its end, counts, other counts. Neighbours go to two tables: a bin that is hit
 * twice in a row would wait for its own store.
 */
export function countHigh(): WasmFunction {
  const [x, end, first, second, address] = [0, 1, 2, 3, 4];
  const count = (offset: number, table: number): Code => [
    ...set(
      address,
      i32.add(get(table), i32.and(i32.shiftRight(i32.load(get(x), offset), i32.constant(13)), i32.constant(0x3fffc))),
    ),
    ...i32.store(get(address), i32.add(i32.load(get(address)), i32.constant(1))),
  ];
  return {
    name: 'countHigh',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32],
    body: whileBelow(x, end, [
      ...[0, 8, 16, 24].flatMap((offset) => [...count(offset, first), ...count(offset + 4, second)]),
      ...advance(x, STEP * 4),
    ]),
  };
}

/** Counts, by the lower 15 bits, the float32 whose upper magnitude bits are `prefix`. Parameters: x, its end, counts, prefix. */
export function countLow(): WasmFunction {
  const [x, end, table, prefix, address, prefixes] = [0, 1, 2, 3, 4, 5];
  const found = (offset: number): Code =>
    i32x4.equal(i32x4.shiftRight(v128.and(v128.load(get(x), offset), MAGNITUDE), i32.constant(15)), get(prefixes));
  const count = (offset: number): Code =>
    ifTrue(
      i32.equal(i32.and(i32.shiftRight(i32.load(get(x), offset), i32.constant(15)), i32.constant(0xffff)), get(prefix)),
      [
        ...set(
          address,
          i32.add(get(table), i32.shiftLeft(i32.and(i32.load(get(x), offset), i32.constant(0x7fff)), i32.constant(2))),
        ),
        ...i32.store(get(address), i32.add(i32.load(get(address)), i32.constant(1))),
      ],
    );
  return {
    name: 'countLow',
    parameters: [I32, I32, I32, I32],
    results: [],
    locals: [I32, V128],
    body: [
      ...set(prefixes, i32x4.splat(get(prefix))),
      ...whileBelow(x, end, [
        ...ifTrue(v128.anyTrue(v128.or(found(0), found(16))), [0, 4, 8, 12, 16, 20, 24, 28].flatMap(count)),
        ...advance(x, STEP * 4),
      ]),
    ],
  };
}

/**
 * output = x where its magnitude bits reach `least`, 0 elsewhere. Parameters: output, x, its end, least. Returns 1 where an entry is not finite.
 */
export function keepFrom(): WasmFunction {
  const [out, x, end, least, limits, entry, magnitude, largest] = [0, 1, 2, 3, 4, 5, 6, 7];
  const half = (offset: number): Code => [
    ...set(entry, v128.load(get(x), offset)),
    ...set(magnitude, v128.and(get(entry), MAGNITUDE)),
    ...set(largest, i32x4.maximumUnsigned(get(largest), get(magnitude))),
    ...v128.store(get(out), v128.and(get(entry), i32x4.greaterOrEqualUnsigned(get(magnitude), get(limits))), offset),
  ];
  return {
    name: 'keepFrom',
    parameters: [I32, I32, I32, I32],
    results: [I32],
    locals: [V128, V128, V128, V128],
    body: [
      ...set(limits, i32x4.splat(get(least))),
      ...whileBelow(x, end, [...half(0), ...half(16), ...advance(x, STEP * 4), ...advance(out, STEP * 4)]),
      ...v128.anyTrue(i32x4.greaterOrEqualUnsigned(get(largest), i32x4.splat(i32.constant(0x7f800000)))),
    ],
  };
}

/** How many entries have exactly these magnitude bits. Parameters: x, its end, bits. */
export function countEqual(): WasmFunction {
  const [x, end, bits, wanted, counts] = [0, 1, 2, 3, 4];
  // A mask is -1 where it holds.
  const half = (offset: number): Code =>
    set(counts, i32x4.subtract(get(counts), i32x4.equal(v128.and(v128.load(get(x), offset), MAGNITUDE), get(wanted))));
  return {
    name: 'countEqual',
    parameters: [I32, I32, I32],
    results: [I32],
    locals: [V128, V128],
    body: [
      ...set(wanted, i32x4.splat(get(bits))),
      ...whileBelow(x, end, [...half(0), ...half(16), ...advance(x, STEP * 4)]),
      ...i32.add(
        i32.add(i32x4.lane(get(counts), 0), i32x4.lane(get(counts), 1)),
        i32.add(i32x4.lane(get(counts), 2), i32x4.lane(get(counts), 3)),
      ),
    ],
  };
}
