/** Names come from whoever named things: nothing in them may end a line, a cell or a span. */
export const line = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').replace(/[<>[\]`*_\\|#]/g, '\\$&');
export const cell = (text: string): string => line(text);
export const code = (text: string): string => `\`${text.replace(/[\p{Cc}`|]+/gu, ' ')}\``;
export const figure = (value: number): string => (value === 0 ? '0' : String(Number(value.toPrecision(4))));
export const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
export const ratio = (value: number | null): string => (value === null ? '–' : percent(value));

export function shorten(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}
