/** What the API refused or could not do: a stable code, a sentence, and what to do about it where the API says. */
export class ApiError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
    this.remedy = remedy;
  }
}
