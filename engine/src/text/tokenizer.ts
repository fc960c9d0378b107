/** One text, or two, as numbers. */
export interface Encoded {
  readonly ids: readonly number[];
  /** 0 for tokens of the first text, 1 for those of the second; all 0 for families that make no difference. */
  readonly types: readonly number[];
}

export interface EncodeOptions {
  readonly pair?: string;
  /** Tokens at most, special ones counted; texts are cut at their end, the longer of two first. */
  readonly maxLength?: number;
  /** Without the special tokens that the model's family puts around texts. */
  readonly bare?: boolean;
}

/** Texts of one length, `[count, length]`. */
export interface EncodedBatch {
  readonly count: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly types: Int32Array;
  /** 1 for a token of a text, 0 for one that only fills up. */
  readonly mask: Uint8Array;
}

export interface BatchOptions extends EncodeOptions {
  /** Fill up to this length instead of that of the longest text. */
  readonly padTo?: number;
  /** Decoders that generate want the texts at the end. */
  readonly padSide?: 'left' | 'right';
}

/** Turns texts into the numbers that a model reads, and back. The same text gives the same numbers, as Python's. */
export interface Tokenizer {
  readonly folder: string;
  readonly vocabularySize: number;
  /** Length that the model was made for, where its configuration says a sensible one. */
  readonly modelMaxLength: number | undefined;
  /** Special tokens by what they are for: `pad`, `bos`, `eos`, `unk`, `cls`, `sep`, `mask`. */
  readonly special: ReadonlyMap<string, number>;
  encode(text: string, options?: EncodeOptions): Encoded;
  encodeBatch(texts: readonly (string | readonly [string, string])[], options?: BatchOptions): EncodedBatch;
  decode(ids: ArrayLike<number>, options?: { readonly keepSpecial?: boolean }): string;
  idOf(token: string): number | undefined;
}
