import { assemble } from './assembler.js';
import { addAgreeing, divide, elect } from './election-code.js';
import { countEqual, countHigh, countLow, keepFrom } from './magnitude-code.js';
import { MOST_STREAMS, SOURCES, accumulate, combine, encode, subtract, sumSquares } from './stream-code.js';

/** The module of all kernels. Assembled here rather than compiled elsewhere, so that what runs is what is read. */
export const floatKernelCode = (): Uint8Array<ArrayBuffer> =>
  assemble([
    ...SOURCES.flatMap((source) => [accumulate(source, false), accumulate(source, true), subtract(source)]),
    ...Array.from({ length: MOST_STREAMS }, (_, s) => combine(s + 1)),
    encode('BF16'),
    encode('F32'),
    countHigh(),
    countLow(),
    keepFrom(),
    countEqual(),
    elect(true),
    elect(false),
    addAgreeing(),
    divide(),
    sumSquares(),
  ]);
