import { isWellFormed } from '../../tensors/is-well-formed.js';
import { taskErrors } from '../errors.js';
import { textLimits } from './limits.js';

/** Texts as one run of UTF-8, and where each of them ends. */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  readonly ends: Int32Array;
}

interface Where {
  readonly file: string;
  readonly split: string;
  /** What messages call the texts. */
  readonly what: string;
}

/** @throws TASK_SPLIT_INVALID where a text or all of them are too long, or one is not well-formed Unicode */
export function packTexts({ file, split, what }: Where, texts: readonly string[]): PackedTexts {
  const invalid = (rule: string) => taskErrors.splitInvalid({ file, split, rule });
  const ends = new Int32Array(texts.length);
  const parts: Buffer[] = [];
  let total = 0;
  texts.forEach((text, i) => {
    // A lone surrogate would come back as another character.
    if (!isWellFormed(text)) throw invalid(`${what} of example ${i} is not well-formed Unicode`);
    const bytes = Buffer.from(text, 'utf8');
    checkLength(bytes.length, `${what} of example ${i}`, invalid);
    total += bytes.length;
    if (total > textLimits.fieldBytes) {
      throw invalid(`${what} of its examples take more than ${textLimits.fieldBytes} bytes`);
    }
    parts.push(bytes);
    ends[i] = total;
  });
  return { bytes: Buffer.concat(parts, total), ends };
}

/** @throws TASK_SPLIT_INVALID where ends do not rise to the length of the bytes, or bytes are no UTF-8 */
export function unpackTexts({ file, split, what }: Where, { bytes, ends }: PackedTexts): readonly string[] {
  const invalid = (rule: string, cause?: unknown) => taskErrors.splitInvalid({ file, split, rule }, cause);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let begin = 0;
  const texts = Array.from(ends, (end, i) => {
    if (end < begin || end > bytes.length) throw invalid(`${what} of example ${i} ends at ${end}, outside its bytes`);
    checkLength(end - begin, `${what} of example ${i}`, invalid);
    try {
      return decoder.decode(bytes.subarray(begin, end));
    } catch (error) {
      throw invalid(`${what} of example ${i} is not UTF-8`, error);
    } finally {
      begin = end;
    }
  });
  if (begin !== bytes.length) throw invalid(`${what} of its examples end at ${begin} of ${bytes.length} bytes`);
  return texts;
}

function checkLength(got: number, what: string, invalid: (rule: string) => Error): void {
  const limit = textLimits.textBytes;
  if (got > limit) throw invalid(`${what} has ${got} bytes, at most ${limit} are allowed`);
}
