import Typography from '@mui/material/Typography';
import { useCallback, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { Chart } from '../../charts/chart';
import type { Look } from '../../charts/look';
import { SubjectLink } from '../subject-link';
import type { Comparison } from '../comparison-query';
import type { View } from '../comparison-state';
import type { Figure } from '../figures';
import type { ShownRow } from '../sort-rows';
import { scatterOption } from './scatter-option';
import { frontOf, scatterOf, type ScatterPoint } from './scatter-points';
import { useFigures } from './use-figures';

interface ScatterChartProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
  readonly view: View;
  readonly x: Figure;
  readonly y: Figure;
}

/** So many of the front are named in words; the table has all. */
const NAMED = 6;

/** Every subject by two figures, with what no other beats in both. */
export function ScatterChart({ comparison, rows, view, x, y }: ScatterChartProps) {
  const translate = useTranslate();
  const figures = useFigures(comparison, view);
  const scatter = useMemo(() => scatterOf(rows, x, y, figures.tasks), [rows, x, y, figures]);
  const optionOf = useCallback(
    (look: Look, width: number) => {
      const lines = (point: ScatterPoint): readonly string[] => [
        point.shown.name,
        ...[x, y].map((figure, index) => {
          const interval = figures.intervalOf(point.shown, figure);
          const score =
            view === 'score'
              ? ''
              : ` (${translate('crucible.compare.views.score')} ${figures.scoreOf(point.shown, figure)})`;
          return `${figures.nameOf(figure)}: ${figures.show(index === 0 ? point.x : point.y)}${score}${interval ? ` [${interval}]` : ''}`;
        }),
        translate(`crucible.compareCharts.${point.front ? 'onFront' : 'dominated'}`),
      ];
      return scatterOption(
        scatter,
        { x: figures.titleOf(x), y: figures.titleOf(y), axis: figures.axis, lines },
        look,
        width,
      );
    },
    [scatter, figures, x, y, view, translate],
  );
  if (scatter.points.length === 0) return <Typography>{translate('crucible.compareCharts.nothing')}</Typography>;
  const front = frontOf(scatter);
  const named = front
    .slice(0, NAMED)
    .map((point) => `${point.shown.name} (${figures.show(point.x)}, ${figures.show(point.y)})`)
    .join('; ');
  const sentences = [
    translate('crucible.compareCharts.front', {
      smart_count: front.length,
      count: front.length,
      all: scatter.points.length,
    }),
    named ? `${named}${front.length > NAMED ? ' …' : ''}.` : '',
    scatter.missing > 0 ? translate('crucible.compareCharts.missing', { count: scatter.missing }) : '',
    translate('crucible.compareCharts.estimates'),
  ];
  return (
    <Chart
      title={translate('crucible.compareCharts.against', { x: figures.nameOf(x), y: figures.nameOf(y) })}
      description={sentences.filter(Boolean).join(' ')}
      optionOf={optionOf}
      height={420}
      fileName="comparison-scatter"
      columns={[
        { title: translate('crucible.compare.name') },
        { title: `${figures.titleOf(x)} (x)`, numeric: true },
        { title: `${figures.titleOf(y)} (y)`, numeric: true },
        ...(view === 'score'
          ? []
          : [x, y].map((figure, index) => ({
              title: `${figures.nameOf(figure)}, ${translate('crucible.compareCharts.units.score')} (${'xy'[index]})`,
              numeric: true,
            }))),
        { title: translate('crucible.compareCharts.frontColumn') },
      ]}
      rows={scatter.points.map((point) => ({
        key: point.shown.row.subject.id,
        cells: [
          <SubjectLink key="name" shown={point.shown} />,
          figures.show(point.x),
          figures.show(point.y),
          ...(view === 'score' ? [] : [figures.scoreOf(point.shown, x), figures.scoreOf(point.shown, y)]),
          translate(`crucible.compareCharts.${point.front ? 'onFront' : 'dominated'}`),
        ],
      }))}
    />
  );
}
