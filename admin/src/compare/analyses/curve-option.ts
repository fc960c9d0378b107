import type { EChartsOption } from 'echarts';
import { baseOption, tooltipLines, valueAxis } from '../../charts/base-option';
import type { Look } from '../../charts/look';

export interface CurveSplit {
  readonly mean: number;
  readonly interval: { readonly low: number; readonly high: number };
}
export interface CurveInput {
  readonly points: readonly { readonly value: number; readonly validation: CurveSplit; readonly test: CurveSplit }[];
  /** Position of the point that validation chose. */
  readonly chosen: number;
  readonly words: {
    readonly validation: string;
    readonly test: string;
    readonly chosen: string;
    readonly value: string;
    readonly mean: string;
  };
  readonly percent: (value: number) => string;
  readonly number: (value: number) => string;
}

/** Two curves that are never one: validation, by which is chosen, solid and round; test, which is reported, dashed and square. The choice is a diamond on the first. */
export function curveOption({ points, chosen, words, percent, number }: CurveInput, look: Look): EChartsOption {
  const line = (split: 'validation' | 'test') => ({
    name: words[split],
    type: 'line' as const,
    symbol: split === 'test' ? 'rect' : 'circle',
    symbolSize: 8,
    lineStyle: {
      width: 2,
      type: split === 'test' ? ('dashed' as const) : ('solid' as const),
      color: split === 'test' ? look.second : look.strong,
    },
    itemStyle: { color: split === 'test' ? look.second : look.strong },
    data: points.map(({ value, [split]: scores }) => ({
      value: [value, scores.mean],
      lines: [
        `${words.value} ${number(value)}`,
        `${words[split]}: ${percent(scores.mean)} (${percent(scores.interval.low)} – ${percent(scores.interval.high)})`,
      ],
    })),
  });
  const best = points[chosen]!;
  return {
    ...baseOption(look),
    tooltip: {
      ...baseOption(look).tooltip,
      formatter: (given: unknown) =>
        tooltipLines((given as { readonly data: { readonly lines: readonly string[] } }).data.lines),
    },
    legend: { top: 0, textStyle: { color: look.text }, data: [words.validation, words.test] },
    grid: { left: 80, right: 30, top: 40, bottom: 60, outerBoundsMode: 'none' },
    xAxis: { ...valueAxis(look, { name: words.value, format: number }), nameGap: 34 },
    yAxis: { ...valueAxis(look, { name: words.mean, format: percent }), nameGap: 60 },
    series: [
      line('validation'),
      line('test'),
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 20,
        z: 4,
        itemStyle: { color: 'transparent', borderColor: look.text, borderWidth: 2.5 },
        label: { show: true, position: 'top', formatter: words.chosen, color: look.text, fontWeight: 600 },
        data: [
          {
            value: [best.value, best.validation.mean],
            lines: [`${words.chosen}: ${words.value} ${number(best.value)}`, percent(best.validation.mean)],
          },
        ] as never,
      },
    ],
  };
}
