import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useTranslate } from 'react-admin';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import { request } from '../../graphql/request';
import type { ComparisonState } from '../comparison-state';
import { CosineChart, CurveChart, DisentanglementChart, LandscapeChart } from './analysis-chart';
import { analysisList, analysisOne } from './analysis-query';

interface AnalysisSectionProps {
  readonly chosen: string;
  readonly change: (part: Partial<ComparisonState>) => void;
}

/** What was measured about adapters and kept, drawn: which of them is in the address. */
export default function AnalysisSection({ chosen, change }: AnalysisSectionProps) {
  const translate = useTranslate();
  const format = useFormat();
  const say = (key: string): string => translate(`crucible.analyses.${key}`);
  const list = useQuery({
    queryKey: ['analyses', 'drawn'],
    queryFn: ({ signal }) => request(analysisList, {}, signal),
  });
  const one = useQuery({
    queryKey: ['analyses', 'one', chosen],
    enabled: chosen !== '',
    queryFn: async ({ signal }) => (await request(analysisOne, { id: chosen }, signal)).node,
  });
  const nodes = list.data?.analyses.nodes ?? [];
  const analysis = chosen === '' ? null : one.data;
  const error = list.error ?? one.error;
  return (
    <Section title={say('title')}>
      {error ? <Alert severity="warning">{error.message}</Alert> : null}
      {list.data && nodes.length === 0 ? <Typography variant="body2">{say('none')}</Typography> : null}
      {nodes.length > 0 ? (
        <TextField
          id="analysis"
          select
          size="small"
          variant="outlined"
          label={say('which')}
          value={nodes.some(({ id }) => id === chosen) ? chosen : ''}
          onChange={({ target: { value } }) => change({ analysis: value })}
          slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
          sx={{ maxWidth: 640, mb: 2 }}
        >
          <option value="">–</option>
          {nodes.map(({ id, kind, name, members, createdAt }) => (
            <option key={id} value={id}>
              {`${say(`kinds.${kind}`)}: ${name ?? members.map((member) => member.name).join(', ')} (${format.moment(createdAt)})`}
            </option>
          ))}
        </TextField>
      ) : null}
      {chosen !== '' && one.isLoading ? <LinearProgress aria-label={translate('ra.page.loading')} /> : null}
      {analysis?.__typename === 'OptionCurveAnalysis' ? <CurveChart analysis={analysis} /> : null}
      {analysis?.__typename === 'DisentanglementAnalysis' ? <DisentanglementChart analysis={analysis} /> : null}
      {analysis?.__typename === 'LossLandscapeAnalysis' ? <LandscapeChart analysis={analysis} /> : null}
      {analysis?.__typename === 'CosineAnalysis' ? <CosineChart analysis={analysis} /> : null}
      {analysis && 'downloads' in analysis && analysis.downloads ? (
        <>
          <Button size="small" href={analysis.downloads.csv} download>
            CSV
          </Button>
          <Button size="small" href={analysis.downloads.json} download>
            JSON
          </Button>
        </>
      ) : null}
    </Section>
  );
}
