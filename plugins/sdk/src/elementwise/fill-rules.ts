/** What is given, and the preset's for the rest. Filling twice changes nothing. */
export function fillRules<Rules extends object>(
  choices: { readonly [Key in keyof Rules]?: Rules[Key] | undefined },
  rules: Rules,
): Rules {
  const filled = { ...rules };
  for (const key of Object.keys(rules) as (keyof Rules)[]) filled[key] = choices[key] ?? rules[key];
  return filled;
}
