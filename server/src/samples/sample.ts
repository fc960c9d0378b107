export interface SamplePicture {
  readonly height: number;
  readonly width: number;
  /** As a PNG in a `data:` address. */
  readonly address: string;
}

export interface Sample {
  /** Its place in the split, from 0. */
  readonly position: number;
  /** What was expected: the number of a class, another number, or a text. */
  readonly answer: number | string;
  /** Null where examples are texts. */
  readonly picture: SamplePicture | null;
  /** Texts by their names; none where examples are pictures. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Places of the examples to read, of so many there are and so many that there is room for. */
export type ChooseExamples = (examples: number, room: number) => readonly number[];
