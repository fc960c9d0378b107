import type { ShownRow } from './sort-rows';

/** What a chart can show of a subject: `mean`, `worst`, or the id of a task. */
export type Figure = string;

/** The figure as the view shows it; undefined where a score or its reference is missing. */
export function figureOf(shown: ShownRow, figure: Figure, tasks: readonly string[]): number | undefined {
  if (figure === 'mean') return shown.mean;
  if (figure === 'worst') return shown.worst;
  return shown.values[tasks.indexOf(figure)];
}

/** Two tasks for the axes of a chart: those that are wanted, else the first ones that are not the other. */
export function chooseAxes(tasks: readonly string[], x: string, y: string): readonly [string, string] | undefined {
  const chosenX = tasks.includes(x) ? x : tasks.find((id) => id !== y);
  const chosenY = tasks.includes(y) ? y : tasks.find((id) => id !== chosenX);
  return chosenX === undefined || chosenY === undefined ? undefined : [chosenX, chosenY];
}
