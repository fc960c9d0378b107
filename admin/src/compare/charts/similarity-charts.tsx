import Alert from '@mui/material/Alert';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslate } from 'react-admin';
import { HeatMap } from '../../charts/heat-map';
import { useFormat } from '../../fields/use-format';
import { expectType } from '../../graphql/expect-type';
import { request } from '../../graphql/request';
import type { ShownRow } from '../sort-rows';
import { similarityQuery } from './similarity-query';
import { squareOf } from './square-of';

/** More would not be read in a square of a page. */
const MOST = 32;

/** Cosines and conflicts of sign between the adapters that are compared. */
export function SimilarityCharts({ rows }: { readonly rows: readonly ShownRow[] }) {
  const translate = useTranslate();
  const format = useFormat();
  const adapters = useMemo(
    () =>
      rows
        .filter(({ row }) => row.subject.__typename === 'Adapter')
        .map(({ row }) => row.subject.id)
        .toSorted()
        .slice(0, MOST),
    [rows],
  );
  const { data, error } = useQuery({
    queryKey: ['adapters', 'similarity', adapters],
    enabled: adapters.length > 1,
    queryFn: async ({ signal }) =>
      expectType((await request(similarityQuery, { adapters }, signal)).similarity, 'SimilarityReport'),
  });
  const inputs = useMemo(() => {
    if (!data) return undefined;
    const names = data.adapters.map(({ adapter }) => adapter.name);
    const common = {
      columns: names,
      rows: names,
      columnsTitle: translate('crucible.compareCharts.adapter'),
      rowsTitle: translate('crucible.compareCharts.adapter'),
    };
    return {
      cosine: {
        ...common,
        values: squareOf(names.length, data.pairs, ({ cosine }) => cosine, 1),
        show: (value: number) => format.number(value, 2),
        scale: [-1, 1] as const,
        isDiverging: true,
      },
      signs: {
        ...common,
        values: squareOf(names.length, data.pairs, ({ signConflict }) => signConflict?.value, null),
        show: (value: number) => format.percent(value, 1),
        scale: [0, 1] as const,
      },
    };
  }, [data, translate, format]);
  if (adapters.length < 2) return <Typography>{translate('crucible.compareCharts.twoAdapters')}</Typography>;
  if (error) return <Alert severity="warning">{error.message}</Alert>;
  if (!inputs || !data) return <LinearProgress aria-label={translate('ra.page.loading')} />;
  const margin = Math.max(0, ...data.pairs.map(({ signConflict }) => signConflict?.margin ?? 0));
  return (
    <>
      <HeatMap
        title={translate('crucible.compareCharts.cosine')}
        description={translate('crucible.compareCharts.cosineText')}
        fileName="cosines"
        input={inputs.cosine}
      />
      <HeatMap
        title={translate('crucible.compareCharts.signs')}
        description={translate('crucible.compareCharts.signsText', { margin: format.points(margin).replace('+', '') })}
        fileName="sign-conflicts"
        input={inputs.signs}
      />
    </>
  );
}
