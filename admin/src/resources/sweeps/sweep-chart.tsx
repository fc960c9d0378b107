import type { EChartsOption } from 'echarts';
import { useCallback, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { baseOption, tooltipLines, valueAxis } from '../../charts/base-option';
import { Chart } from '../../charts/chart';
import type { Look } from '../../charts/look';
import { NameLink } from '../../fields/name-link';
import { useFormat } from '../../fields/use-format';
import type { SweepRecord } from '../../provider/row-types';
import { curvesOf, numbersOf, type CurvePoint } from './sweep-curves';

interface SweepChartProps {
  readonly sweep: SweepRecord;
  /** The option that runs across. */
  readonly along: number;
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'roundRect', 'arrow'] as const;
/** Width of a chart, in pixels, that has room for the names of its curves; the table has them in any case. */
const NAMED_FROM = 520;
const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** Mean scores of a sweep along one option, on validation; apart from them, what the chosen point scored on test. */
export default function SweepChart({ sweep, along }: SweepChartProps) {
  const translate = useTranslate();
  const format = useFormat();
  const say = useCallback(
    (key: string, values: object = {}): string => translate(`resources.sweeps.${key}`, values),
    [translate],
  );
  const axis = sweep.axes[along]!;
  const numbers = useMemo(() => numbersOf(axis), [axis]);
  const curves = useMemo(() => curvesOf(sweep.axes, sweep.points, along), [sweep, along]);
  const chosen = curves.flatMap(({ points }) => points).find(({ point }) => point === sweep.chosenPoint);
  const test =
    sweep.report.length > 0 ? sweep.report.reduce((sum, { value }) => sum + value, 0) / sweep.report.length : undefined;
  const settingOf = useCallback(
    ({ values }: CurvePoint): string => sweep.axes.map(({ option }, index) => `${option} ${values[index]}`).join(', '),
    [sweep.axes],
  );
  const optionOf = useCallback(
    (look: Look, width: number): EChartsOption => {
      const isNamed = curves.length > 1 && width >= NAMED_FROM;
      const xOf = ({ place }: CurvePoint): number => numbers?.[place] ?? place;
      const item = (point: CurvePoint, mean: number, text: string) => ({
        value: [xOf(point), mean],
        lines: [settingOf(point), `${text}: ${format.percent(mean)}`],
      });
      const percent = (value: number): string => format.percent(value, 1);
      const mark = (
        name: string,
        symbol: string,
        color: string,
        point: CurvePoint,
        mean: number,
        position: 'top' | 'bottom',
      ) => ({
        type: 'scatter' as const,
        symbol,
        symbolSize: 18,
        z: 4,
        itemStyle: { color: 'transparent', borderColor: color, borderWidth: 2.5 },
        label: { show: true, position, formatter: name, color: look.text, fontWeight: 600 as const },
        data: [item(point, mean, name)],
      });
      return {
        ...baseOption(look),
        tooltip: {
          ...baseOption(look).tooltip,
          formatter: (given: unknown) =>
            tooltipLines((given as { readonly data: { readonly lines: readonly string[] } }).data.lines),
        },
        grid: { left: 80, right: isNamed ? 130 : 40, top: 40, bottom: 60, outerBoundsMode: 'none' },
        xAxis: numbers
          ? { ...valueAxis(look, { name: axis.option, format: (value) => format.number(value) }), nameGap: 34 }
          : {
              type: 'category',
              name: axis.option,
              nameLocation: 'middle',
              nameGap: 34,
              nameTextStyle: { color: look.text, fontWeight: 600 },
              axisLabel: { color: look.muted },
              data: [...axis.values],
            },
        yAxis: { ...valueAxis(look, { name: say('mean'), format: percent }), nameGap: 60 },
        series: [
          ...curves.map(({ name, points }, index) => ({
            type: 'line' as const,
            endLabel: {
              show: isNamed,
              formatter: name,
              color: look.text,
              distance: 12,
              width: 110,
              overflow: 'truncate' as const,
            },
            symbol: SYMBOLS[index % SYMBOLS.length]!,
            symbolSize: 8,
            lineStyle: { color: look.strong, type: DASHES[index % DASHES.length]!, width: 2 },
            itemStyle: { color: look.strong },
            data: points.map((point) => item(point, point.mean, say('validation'))),
          })),
          ...(chosen ? [mark(say('chosen'), 'diamond', look.text, chosen, chosen.mean, 'top')] : []),
          ...(chosen && test !== undefined ? [mark(say('test'), 'rect', look.second, chosen, test, 'bottom')] : []),
        ],
      };
    },
    [axis, numbers, curves, chosen, test, settingOf, format, say],
  );
  const sentences = [
    say('curves', { option: axis.option }),
    chosen ? say('choice', { setting: settingOf(chosen), mean: format.percent(chosen.mean) }) : say('noChoice'),
    chosen && test !== undefined ? say('reported', { mean: format.percent(test) }) : '',
  ];
  return (
    <Chart
      title={say('chart', { option: axis.option })}
      description={sentences.filter(Boolean).join(' ')}
      optionOf={optionOf}
      height={400}
      fileName="sweep"
      columns={[
        { title: say('point') },
        ...sweep.axes.map(({ option }) => ({ title: option, numeric: true })),
        { title: say('validation'), numeric: true },
        { title: say('test'), numeric: true },
        { title: say('chosen') },
      ]}
      rows={curves
        .flatMap(({ points }) => points)
        .toSorted((a, b) => a.point - b.point)
        .map((point) => ({
          key: point.id,
          cells: [
            <NameLink key="point" to="runs" id={point.id}>
              {String(point.point)}
            </NameLink>,
            ...point.values,
            format.percent(point.mean),
            point === chosen ? format.percent(test) : format.percent(undefined),
            point === chosen ? say('yes') : '',
          ],
        }))}
    />
  );
}
