import type { EChartsOption } from 'echarts';
import { baseOption, tooltipLines, valueAxis } from '../../charts/base-option';
import type { Look } from '../../charts/look';
import { frontOf, type Scatter, type ScatterPoint } from './scatter-points';

export interface ScatterTexts {
  readonly x: string;
  readonly y: string;
  readonly axis: (value: number) => string;
  readonly lines: (point: ScatterPoint) => readonly string[];
}

/** Names beside points, where there is room for them. */
const MOST_LABELS = 8;
const NARROW = 600;

/** The front as filled diamonds on a line with their names; what is dominated, as small faint rings behind it: told apart by shape, and not by colour alone. */
export function scatterOption(scatter: Scatter, texts: ScatterTexts, look: Look, width: number): EChartsOption {
  const front = frontOf(scatter);
  const data = (points: readonly ScatterPoint[]) =>
    points.map((point) => ({ name: point.shown.name, value: [point.x, point.y], point }));
  const labelled = front.length <= MOST_LABELS;
  const labelWidth = width < NARROW ? 84 : 170;
  const axis = (name: string) => valueAxis(look, { name, format: texts.axis });
  return {
    ...baseOption(look),
    tooltip: {
      ...baseOption(look).tooltip,
      formatter: (given: unknown) => {
        const { point } = (given as { readonly data: { readonly point?: ScatterPoint } }).data;
        return point ? tooltipLines(texts.lines(point)) : '';
      },
    },
    grid: { left: 72, right: labelled ? labelWidth + 20 : 32, top: 24, bottom: 60, outerBoundsMode: 'none' },
    xAxis: { ...axis(texts.x), nameGap: 34 },
    yAxis: { ...axis(texts.y), nameGap: 52 },
    series: [
      {
        type: 'scatter',
        symbol: 'emptyCircle',
        symbolSize: 8,
        itemStyle: { color: look.muted, opacity: 0.5 },
        data: data(scatter.points.filter((point) => !point.front)),
        z: 2,
      },
      {
        type: 'line',
        symbol: 'diamond',
        symbolSize: 15,
        showAllSymbol: true,
        lineStyle: { type: 'dashed', width: 1.5, color: look.strong },
        itemStyle: { color: look.strong },
        data: data(front),
        z: 3,
        label: {
          show: labelled,
          formatter: '{b}',
          // To the right of a point of the front, at its height, there is no other: that one would dominate it.
          position: 'right',
          distance: 8,
          color: look.text,
          textBorderColor: look.paper,
          textBorderWidth: 3,
          width: labelWidth,
          overflow: 'truncate',
        },
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}
