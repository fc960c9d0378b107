import { useCallback, useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { Chart } from '../../charts/chart';
import { HeatMap } from '../../charts/heat-map';
import { placeOf, type HeatMapInput } from '../../charts/heat-map-option';
import type { Look } from '../../charts/look';
import { useFormat } from '../../fields/use-format';
import type { AnalysisOf } from './analysis-query';
import { curveOption } from './curve-option';

const useSay = () => {
  const translate = useTranslate();
  return useCallback(
    (key: string, values: object = {}): string => translate(`crucible.analyses.${key}`, values),
    [translate],
  );
};

/** Scores over the values of an option, on validation and test apart, with what validation chose. */
export function CurveChart({ analysis }: { readonly analysis: AnalysisOf<'OptionCurveAnalysis'> }) {
  const say = useSay();
  const format = useFormat();
  const { curve } = analysis;
  const optionOf = useCallback(
    (look: Look) =>
      curveOption(
        {
          points: curve?.points ?? [],
          chosen: curve?.chosen ?? 0,
          words: {
            validation: say('validation'),
            test: say('test'),
            chosen: say('chosen'),
            value: say('value'),
            mean: say('mean'),
          },
          percent: (value) => format.percent(value),
          number: (value) => format.number(value),
        },
        look,
      ),
    [curve, say, format],
  );
  if (!curve) return null;
  const { points, chosen, chosenValue, optimism, bestOnTest } = curve;
  const interval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
    `${format.percent(low)} – ${format.percent(high)}`;
  const n = points[0]?.test.tasks.reduce((sum, task) => sum + task.n, 0) ?? 0;
  return (
    <Chart
      title={say('curveTitle', { members: membersOf(analysis) })}
      description={say('curveText', {
        value: format.number(chosenValue),
        validation: format.percent(points[chosen]?.validation.mean),
        test: format.percent(points[chosen]?.test.mean),
        optimism: format.points(optimism).replace('+', ''),
        n,
      })}
      optionOf={optionOf}
      height={400}
      fileName="option-curve"
      columns={[
        { title: say('value'), numeric: true },
        { title: say('validation'), numeric: true },
        { title: say('interval', { split: say('validation') }), numeric: true },
        { title: say('test'), numeric: true },
        { title: say('interval', { split: say('test') }), numeric: true },
        { title: say('mark') },
      ]}
      rows={points.map(({ value, validation, test }, index) => ({
        key: String(value),
        cells: [
          format.number(value),
          format.percent(validation.mean),
          interval(validation.interval),
          format.percent(test.mean),
          interval(test.interval),
          [index === chosen ? say('chosen') : '', index === bestOnTest ? say('bestOnTest') : '']
            .filter(Boolean)
            .join(', '),
        ],
      }))}
    />
  );
}

/** ξ(λ1, λ2) with the box in which fusions live. */
export function DisentanglementChart({ analysis }: { readonly analysis: AnalysisOf<'DisentanglementAnalysis'> }) {
  const say = useSay();
  const format = useFormat();
  const { map, members } = analysis;
  const input = useMemo((): HeatMapInput | undefined => {
    if (!map) return undefined;
    const axis = map.axis.map((value) => format.number(value, 3));
    const [from, to] = [placeOf(map.axis, 0), placeOf(map.axis, 1)];
    return {
      columns: axis,
      rows: axis,
      columnsTitle: `λ2, ${members[1]?.name ?? ''}`,
      rowsTitle: `λ1, ${members[0]?.name ?? ''}`,
      values: map.error,
      show: (value) => format.number(value, 3),
      scale: [0, Math.max(0.1, ...map.error.flat())],
      ...(from === undefined || to === undefined ? {} : { box: [[from, from], [to, to], '[0, 1]²'] as const }),
    };
  }, [map, members, format]);
  if (!map || !input) return null;
  return (
    <HeatMap
      title={say('mapTitle', { members: membersOf(analysis) })}
      description={say('mapText', { mean: format.number(map.meanInUnitSquare, 3), n: map.counts.join(' + ') })}
      fileName="disentanglement"
      input={input}
    />
  );
}

/** Mean loss on the plane of two task vectors, with the models that have names. */
export function LandscapeChart({ analysis }: { readonly analysis: AnalysisOf<'LossLandscapeAnalysis'> }) {
  const say = useSay();
  const format = useFormat();
  const { landscape, members } = analysis;
  const input = useMemo((): HeatMapInput | undefined => {
    if (!landscape) return undefined;
    const { x, y, meanLoss, points } = landscape;
    const all = meanLoss.flat();
    return {
      columns: x.map((value) => format.number(value, 3)),
      rows: y.map((value) => format.number(value, 3)),
      columnsTitle: `x, ${members[0]?.name ?? ''}`,
      rowsTitle: `y, ${members[1]?.name ?? ''}`,
      // The API has a row for each x, a picture has one for each y.
      values: y.map((_, row) => x.map((_x, column) => meanLoss[column]?.[row] ?? null)),
      show: (value) => format.number(value, 3),
      scale: [Math.min(...all), Math.max(...all)],
      marks: points.flatMap((point) => {
        const [column, row] = [placeOf(x, point.x), placeOf(y, point.y)];
        return column === undefined || row === undefined ? [] : [{ name: say(`points.${point.label}`), column, row }];
      }),
    };
  }, [landscape, members, format, say]);
  if (!landscape || !input) return null;
  return (
    <HeatMap
      title={say('landscapeTitle', { members: membersOf(analysis) })}
      description={say('landscapeText', { n: landscape.tasks.map(({ name, count }) => `${name} ${count}`).join(', ') })}
      fileName="loss-landscape"
      input={input}
    />
  );
}

/** Cosines between the members of a stored analysis. */
export function CosineChart({ analysis }: { readonly analysis: AnalysisOf<'CosineAnalysis'> }) {
  const say = useSay();
  const format = useFormat();
  const { matrix, members } = analysis;
  const input = useMemo((): HeatMapInput | undefined => {
    if (!matrix) return undefined;
    const names = members.map(({ name }) => name);
    return {
      columns: names,
      rows: names,
      columnsTitle: say('adapter'),
      rowsTitle: say('adapter'),
      values: matrix.cosine,
      show: (value) => format.number(value, 2),
      scale: [-1, 1],
      isDiverging: true,
    };
  }, [matrix, members, format, say]);
  if (!matrix || !input) return null;
  return (
    <HeatMap
      title={say('cosineTitle')}
      description={say('cosineText', { mean: format.number(matrix.meanCosine, 3) })}
      fileName="cosines"
      input={input}
    />
  );
}

const membersOf = ({ members }: { readonly members: readonly { readonly name: string }[] }): string =>
  members.map(({ name }) => name).join(', ');
