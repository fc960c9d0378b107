import type { EChartsOption } from 'echarts';
import { baseOption, tooltipLines } from './base-option';
import type { Look } from './look';

export interface HeatMapInput {
  /** Names of columns and of rows; the first row is drawn at the bottom, as an axis has it. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly columnsTitle: string;
  readonly rowsTitle: string;
  /** `values[row][column]`; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly show: (value: number) => string;
  /** Values at the ends of the scale. With a middle of 0 less than it is orange, more is blue. */
  readonly scale: readonly [low: number, high: number];
  readonly isDiverging?: boolean;
  /** Around the places from the first to the second, on both axes: positions, which may lie between columns. */
  readonly box?: readonly [from: readonly [number, number], to: readonly [number, number], name: string];
  readonly marks?: readonly { readonly name: string; readonly column: number; readonly row: number }[];
}

/** Figures are written into their cells where there are at most so many columns, and as much room for each. */
const WRITTEN = { columns: 12, width: 44 };

/** Where a number lies among rising ones, between them by straight lines; undefined outside. */
export function placeOf(axis: readonly number[], value: number): number | undefined {
  const next = axis.findIndex((each) => each >= value - 1e-9);
  if (next < 0 || value < axis[0]! - 1e-9) return undefined;
  if (next === 0) return 0;
  return next - Math.max(0, axis[next]! - value) / (axis[next]! - axis[next - 1]!);
}

/** A grid of figures as colours, with its scale, and where they have room as figures. */
export function heatMapOption(input: HeatMapInput, look: Look, width: number): EChartsOption {
  const { columns, rows, values, show, scale, box, marks = [] } = input;
  const isWritten = columns.length <= WRITTEN.columns && (width - 150) / columns.length >= WRITTEN.width;
  const axis = (name: string, data: readonly string[], gap: number) => ({
    type: 'category' as const,
    data: [...data],
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: look.text, fontWeight: 600 as const },
    axisLabel: { color: look.muted, hideOverlap: true, width: gap - 14, overflow: 'truncate' as const },
    axisTick: { show: false },
    axisLine: { show: false },
  });
  const data = values.flatMap((row, y) =>
    row.flatMap((value, x) => (value === null ? [] : [[x, y, value] as [number, number, number]])),
  );
  const { axisLabel: _narrow, ...across } = axis(input.columnsTitle, columns, 34);
  return {
    ...baseOption(look),
    tooltip: {
      ...baseOption(look).tooltip,
      formatter: (given: unknown) => {
        const { value, name } = given as { readonly value: readonly number[]; readonly name: string };
        if (!Array.isArray(value)) return tooltipLines([name]);
        const [x = 0, y = 0, figure = 0] = value as readonly number[];
        return tooltipLines([
          `${input.rowsTitle}: ${rows[y] ?? ''}`,
          `${input.columnsTitle}: ${columns[x] ?? ''}`,
          show(figure),
        ]);
      },
    },
    grid: { left: 96, right: 24, top: 16, bottom: 104, outerBoundsMode: 'none' },
    xAxis: { ...across, axisLabel: { color: look.muted, hideOverlap: true } },
    yAxis: axis(input.rowsTitle, rows, 80),
    visualMap: {
      type: 'continuous',
      min: scale[0],
      max: scale[1],
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      bottom: 4,
      itemHeight: Math.min(220, width / 2),
      text: [show(scale[1]), show(scale[0])],
      textStyle: { color: look.text },
      inRange: { color: input.isDiverging ? [look.second, look.paper, look.strong] : [look.paper, look.strong] },
      seriesIndex: 0,
    },
    series: [
      {
        type: 'heatmap',
        data,
        label: {
          show: isWritten,
          color: look.text,
          textBorderColor: look.paper,
          textBorderWidth: 2,
          formatter: ({ value }) => show((value as readonly number[])[2]!),
        },
        itemStyle: { borderColor: look.line, borderWidth: isWritten ? 1 : 0 },
        emphasis: { disabled: true },
        ...(box
          ? {
              markArea: {
                // Above the cells, which would cover it.
                z: 5,
                silent: true,
                itemStyle: { color: 'transparent', borderColor: look.text, borderWidth: 2, borderType: 'dashed' },
                label: { show: true, color: look.text, fontWeight: 600 as const, position: 'insideTop' as const },
                data: [[{ name: box[2], coord: [...box[0]] }, { coord: [...box[1]] }]] as never,
              },
            }
          : {}),
        ...(marks.length > 0
          ? {
              markPoint: {
                z: 6,
                symbol: 'circle',
                symbolSize: 12,
                itemStyle: { color: look.paper, borderColor: look.text, borderWidth: 2 },
                label: {
                  show: true,
                  position: 'top' as const,
                  color: look.text,
                  textBorderColor: look.paper,
                  textBorderWidth: 3,
                },
                data: marks.map(({ name, column, row }) => ({
                  name,
                  coord: [column, row],
                  label: { formatter: name },
                })),
              },
            }
          : {}),
      },
    ],
  };
}
