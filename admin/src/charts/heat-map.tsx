import { useCallback } from 'react';
import { NONE } from '../fields/format';
import { Chart } from './chart';
import { heatMapOption, type HeatMapInput } from './heat-map-option';
import type { Look } from './look';

interface HeatMapProps {
  readonly title: string;
  readonly description: string;
  readonly fileName: string;
  /** The same object until what is shown changes. */
  readonly input: HeatMapInput;
}

/** A grid of figures as colours, with the same as a table. */
export function HeatMap({ title, description, fileName, input }: HeatMapProps) {
  const optionOf = useCallback((look: Look, width: number) => heatMapOption(input, look, width), [input]);
  const { columns, rows, values, show, rowsTitle, columnsTitle } = input;
  const textOf = (value: number | null | undefined): string =>
    value === null || value === undefined ? NONE : show(value);
  return (
    <Chart
      title={title}
      description={description}
      optionOf={optionOf}
      height={(width) => Math.max(320, Math.min(560, width))}
      fileName={fileName}
      columns={[
        { title: `${rowsTitle} \\ ${columnsTitle}` },
        // Names may repeat; places do not.
        ...columns.map((name, index) => ({
          title: columns.indexOf(name) === index ? name : `${name} (${index + 1})`,
          numeric: true,
        })),
      ]}
      rows={rows.map((name, y) => ({
        key: `${y} ${name}`,
        cells: [name, ...columns.map((_, x) => textOf(values[y]?.[x]))],
      }))}
    />
  );
}
