import type { EChartsOption } from 'echarts';
import { baseOption } from '../../charts/base-option';
import type { Look } from '../../charts/look';
import { commonScale } from './parallel-option';
import type { ShownRow } from '../sort-rows';

/** More lines than these hide each other. */
export const RADAR_ROWS = 6;
/** Fewer axes than these have no area. */
export const RADAR_TASKS = 3;

const DASHES = ['solid', 'dashed', 'dotted'] as const;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'arrow'] as const;

interface RadarInput {
  readonly rows: readonly ShownRow[];
  readonly tasks: readonly string[];
  readonly nameOf: (task: string) => string;
  readonly axis: (value: number) => string;
}

/** Few subjects as polygons over the tasks, told apart by dash and symbol as well as by colour. Subjects that lack a figure are left out. */
export function radarOption({ rows, tasks, nameOf, axis }: RadarInput, look: Look, width: number): EChartsOption {
  const [min, max] = commonScale(rows, tasks, tasks);
  const colors = [look.strong, look.second, look.text];
  return {
    ...baseOption(look),
    legend: {
      bottom: 0,
      textStyle: { color: look.text },
      type: 'scroll',
      data: rows.map(({ name }, index) => ({ name, icon: SYMBOLS[index % SYMBOLS.length]! })),
    },
    radar: {
      radius: Math.min(width / 2 - 90, 150),
      center: ['50%', '46%'],
      indicator: tasks.map((task) => ({ name: nameOf(task), min, max })),
      axisName: { color: look.text },
      axisLabel: { show: false, formatter: axis },
      splitLine: { lineStyle: { color: look.line } },
      axisLine: { lineStyle: { color: look.line } },
      splitArea: { show: false },
    },
    series: [
      {
        type: 'radar',
        data: rows.map((shown, index) => ({
          name: shown.name,
          value: shown.values.map((value) => value!),
          symbol: SYMBOLS[index % SYMBOLS.length]!,
          symbolSize: 7,
          lineStyle: { width: 2, type: DASHES[Math.floor(index / 3) % 3]!, color: colors[index % 3]! },
          itemStyle: { color: colors[index % 3]! },
        })),
      },
    ],
  };
}
