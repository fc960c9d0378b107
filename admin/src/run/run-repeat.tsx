import CopyIcon from '@mui/icons-material/ContentCopy';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { useNotify, useTranslate } from 'react-admin';
import { Section } from '../fields/section';
import { formStrategies, runToClone } from '../fuse/documents';
import { loadApplied } from '../fuse/load-clone';
import type { FuseInput } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { appliedToInput } from './applied-to-input';
import { repeatCall } from './repeat-call';

/** The request that asks for the same again, with every option written out; nothing of strategies that are not installed any more. */
export function RunRepeat({ id }: { readonly id: string }) {
  const translate = useTranslate();
  const notify = useNotify();
  const { data: input } = useQuery({
    queryKey: ['runs', 'repeat', id],
    queryFn: ({ signal }) => inputOf(id, signal),
    // What a run was asked for does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!input) return null;
  const text = repeatCall(input);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    notify('crucible.run.copied');
  };
  return (
    <Section title={translate('crucible.run.repeat')}>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 1 }}>
        {translate('crucible.run.repeatHelp')}
      </Typography>
      <Box
        component="pre"
        tabIndex={0}
        role="region"
        aria-label={translate('crucible.run.repeat')}
        sx={{
          m: 0,
          mb: 1,
          overflow: 'auto',
          maxHeight: 320,
          fontSize: 12,
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {text}
      </Box>
      {/* Browsers let pages copy over https and on this machine alone. */}
      {window.isSecureContext ? (
        <Button size="small" startIcon={<CopyIcon />} onClick={() => void copy()}>
          {translate('crucible.run.copy')}
        </Button>
      ) : null}
    </Section>
  );
}

async function inputOf(id: string, signal: AbortSignal): Promise<FuseInput | null> {
  const [{ strategies }, { node: run }] = await Promise.all([
    request(formStrategies, {}, signal),
    request(runToClone, { id }, signal),
  ]);
  const find = (key: string) => strategies.find((strategy) => strategy.key === key);
  if (run?.__typename !== 'FusionRun' || !find(run.strategy.key)) return null;
  const { key } = run.strategy;
  const strategy: unknown = appliedToInput(key, await loadApplied(id, key, find, signal), find);
  return {
    ...(run.name ? { name: run.name } : {}),
    adapters: run.members.map(({ adapter, weight }) => ({ id: adapter.id, weight })),
    strategy: strategy as FuseInput['strategy'],
    space: run.space,
    ...(run.outputRank === null ? {} : { outputRank: run.outputRank }),
    seed: run.seed,
    evaluateOn: run.evaluateOn.map((task) => task.id),
    evaluationSplit: run.evaluationSplit,
  };
}
