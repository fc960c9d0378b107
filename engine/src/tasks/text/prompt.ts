import type { Prompt, TextTaskManifest } from './text-task.js';

/** A prompt's input, read once: texts and the fields between them. */
export type PromptPart = { readonly text: string } | { readonly field: string };

/** @param invalid makes the error of a broken rule. */
export function parsePrompt(input: string, invalid: (rule: string) => Error): readonly PromptPart[] {
  const parts: PromptPart[] = [];
  let text = '';
  for (let at = 0; at < input.length; at += 1) {
    const character = input[at]!;
    if ((character === '{' || character === '}') && input[at + 1] === character) {
      text += character;
      at += 1;
    } else if (character === '{') {
      const end = input.indexOf('}', at);
      if (end < 0) throw invalid(`a "{" at character ${at} is not closed; write "{{" for a brace`);
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ field: input.slice(at + 1, end) });
      at = end;
    } else if (character === '}') throw invalid(`a "}" at character ${at} closes nothing; write "}}" for a brace`);
    else text += character;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

/** Makes one text of an example's texts. */
export function createPromptRenderer(prompt: Prompt): (texts: ReadonlyMap<string, string>) => string {
  const parts = parsePrompt(prompt.input, (rule) => new TypeError(`prompt ${prompt.name}: ${rule}`));
  return (texts) => parts.map((part) => ('text' in part ? part.text : (texts.get(part.field) ?? ''))).join('');
}

/** Checks a prompt against the task that it belongs to. */
export function checkPrompt(
  { fields, classes, answer }: Pick<TextTaskManifest, 'fields' | 'classes' | 'answer'>,
  prompt: Prompt,
  fail: (rule: string) => Error,
): void {
  const invalid = (rule: string): Error => fail(`prompt ${JSON.stringify(prompt.name)}: ${rule}`);
  for (const part of parsePrompt(prompt.input, invalid)) {
    if ('text' in part || fields.includes(part.field)) continue;
    throw invalid(`there is no field ${JSON.stringify(part.field)}, only ${fields.join(', ')}`);
  }
  const words = answer === 'CLASS' ? classes.length : 0;
  if (prompt.labelWords.length !== words) {
    throw invalid(`it has ${prompt.labelWords.length} label words, the task has ${words} classes`);
  }
  const told = prompt.labelWords.map((word) => word.trim());
  if (told.some((word) => word === '') || new Set(told).size < told.length) {
    throw invalid('label words must not be empty, and no two may be equal');
  }
  if (answer !== 'NUMBER' && prompt.decimals !== undefined) throw invalid('only numbers have decimals');
}
