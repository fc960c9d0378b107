import type { OptionShape } from '@crucible/sdk';

/** A range in words, for descriptions: "0 to 1", "more than 0", "at most 64 items"; empty where any value will do. */
export function describeBounds(shape: OptionShape): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength } = shape;
  const parts: string[] = [];
  if (minimum !== undefined && maximum !== undefined) parts.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined) parts.push(`at least ${minimum}`);
  else if (maximum !== undefined) parts.push(`at most ${maximum}`);
  if (exclusiveMinimum !== undefined) parts.push(`more than ${exclusiveMinimum}`);
  if (exclusiveMaximum !== undefined) parts.push(`less than ${exclusiveMaximum}`);
  const unit = shape.type === 'LIST' ? 'items' : 'characters';
  if (minLength !== undefined) parts.push(`at least ${minLength} ${unit}`);
  if (maxLength !== undefined) parts.push(`at most ${maxLength} ${unit}`);
  if (shape.item) {
    const each = describeBounds(shape.item);
    if (each) parts.push(`each ${each}`);
  }
  return parts.join(', ');
}

/** The option's own sentence, then its range. */
export function describeOption(option: OptionShape & { readonly description: string }): string {
  const bounds = describeBounds(option);
  const sentence = option.description.trim().replace(/[.;,\s]+$/, '');
  return bounds ? `${sentence}. Range: ${bounds}.` : `${sentence}.`;
}
