/** The same keys, every text another. */
export type Translated<Messages> = {
  readonly [Key in keyof Messages]: Messages[Key] extends string ? string : Translated<Messages[Key]>;
};

export interface FeatureMessages<Messages> {
  readonly en: Messages;
  readonly de: Translated<Messages>;
}

/** The texts of one feature in every language of the console. A key that one language lacks, or has too many, does not compile. */
export function defineMessages<const Messages extends object>(
  en: Messages,
  de: Translated<Messages>,
): FeatureMessages<Messages> {
  return { en, de };
}
