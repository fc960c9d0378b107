import type { EChartsOption } from 'echarts';
import { baseOption, tooltipLines } from '../../charts/base-option';
import type { Look } from '../../charts/look';
import { figureOf, type Figure } from '../figures';
import type { ShownRow } from '../sort-rows';

export interface ParallelInput {
  readonly rows: readonly ShownRow[];
  readonly figures: readonly Figure[];
  readonly tasks: readonly string[];
  readonly nameOf: (figure: Figure) => string;
  readonly show: (value: number) => string;
  readonly axis: (value: number) => string;
}

/** An axis needs so much room beside the next one for its name; with less they lie under each other. */
const AXIS_WIDTH = 110;
const AXIS_HEIGHT = 54;

/** Whether axes lie under each other, and how high the chart is then. */
export function parallelLayout(axes: number, width: number): { readonly stacked: boolean; readonly height: number } {
  const stacked = width / axes < AXIS_WIDTH;
  return { stacked, height: stacked ? AXIS_HEIGHT * axes + 30 : 420 };
}

/** Least and greatest of all figures: one scale for all axes, so that a line that falls is a task that is worse. */
export function commonScale(
  rows: readonly ShownRow[],
  figures: readonly Figure[],
  tasks: readonly string[],
): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const shown of rows) {
    for (const figure of figures) {
      const value = figureOf(shown, figure, tasks);
      if (value === undefined) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  // To the next twentieth: round ticks, and room around a single value.
  return [Math.floor(low * 20 - 1e-9) / 20 + 0, Math.ceil(high * 20 + 1e-9) / 20 + 0];
}

/** All figures of a subject, or nothing where it lacks one. */
export function wholeLine(
  shown: ShownRow,
  figures: readonly Figure[],
  tasks: readonly string[],
): readonly number[] | undefined {
  const values = figures.flatMap((figure) => figureOf(shown, figure, tasks) ?? []);
  return values.length === figures.length ? values : undefined;
}

/** One line a subject over one axis a figure. Subjects that lack a figure are left out: a line with a hole would hide that it has one. */
export function parallelOption(input: ParallelInput, look: Look, width: number): EChartsOption {
  const { rows, figures, tasks, nameOf, show, axis } = input;
  const [min, max] = commonScale(rows, figures, tasks);
  const { stacked } = parallelLayout(figures.length, width);
  const whole = rows.flatMap((shown) => {
    const value = wholeLine(shown, figures, tasks);
    return value ? [{ name: shown.name, value: [...value] }] : [];
  });
  return {
    ...baseOption(look),
    tooltip: {
      ...baseOption(look).tooltip,
      formatter: (given: unknown) => {
        const { name, value } = given as { readonly name: string; readonly value: readonly number[] };
        return tooltipLines([name, ...figures.map((figure, index) => `${nameOf(figure)}: ${show(value[index]!)}`)]);
      },
    },
    parallel: {
      layout: stacked ? 'vertical' : 'horizontal',
      ...(stacked ? { left: 24, right: 24, top: 30, bottom: 30 } : { left: 60, right: 70, top: 56, bottom: 24 }),
      axisExpandable: false,
    },
    parallelAxis: figures.map((figure, dim) => ({
      id: figure,
      dim,
      name: nameOf(figure),
      type: 'value',
      min,
      max,
      // Only at its end: a chart that follows the hand would write an address at every step of it.
      realtime: false,
      areaSelectStyle: { width: 22, borderWidth: 1, borderColor: look.second, color: look.second, opacity: 0.25 },
      nameLocation: stacked ? 'start' : 'end',
      nameGap: stacked ? 0 : 14,
      nameTruncate: { maxWidth: stacked ? 240 : Math.floor(width / figures.length) - 10 },
      nameTextStyle: {
        color: look.text,
        fontWeight: 600,
        ...(stacked ? { align: 'left', verticalAlign: 'bottom', padding: [0, 0, 8, 0] } : {}),
      },
      axisLine: { lineStyle: { color: look.muted } },
      axisTick: { lineStyle: { color: look.muted } },
      axisLabel: { color: look.muted, formatter: axis, hideOverlap: true, showMinLabel: true, showMaxLabel: true },
      splitNumber: 4,
    })),
    series: [
      {
        type: 'parallel',
        data: whole,
        smooth: false,
        lineStyle: { color: look.strong, width: 1.5, opacity: whole.length > 100 ? 0.3 : 0.6 },
        inactiveOpacity: 0.06,
        activeOpacity: 0.9,
        emphasis: { lineStyle: { width: 4, opacity: 1, color: look.second } },
      },
    ],
  };
}
