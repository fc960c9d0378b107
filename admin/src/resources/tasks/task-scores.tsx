import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { NameLink } from '../../fields/name-link';
import { PlainTable } from '../../fields/plain-table';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import type { TaskRecord } from '../../provider/row-types';
import { useRunName } from '../runs/run-name';
import { referenceScores } from './reference-scores';

/** What is known to be reached on the task: the bare bases, the specialists, and the best fused models. */
export function TaskScores({ task }: { readonly task: TaskRecord }) {
  const translate = useTranslate();
  const format = useFormat();
  const runName = useRunName();
  const say = (key: string): string => translate(`resources.tasks.${key}`);
  const rows = referenceScores(task.scores);
  return (
    <Section title={say('reference')}>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 1 }}>
        {say('referenceHelp')}
      </Typography>
      {rows.length === 0 ? <Typography variant="body2">{translate('crucible.score.none')}</Typography> : null}
      {rows.length > 0 ? (
        <PlainTable
          caption={say('reference')}
          columns={[
            { title: say('model') },
            { title: say('what') },
            { title: translate('crucible.score.value'), numeric: true },
            { title: say('interval'), numeric: true },
            { title: translate('crucible.score.n'), numeric: true },
          ]}
          rows={rows.map(({ kind, score }) => ({
            id: score.id,
            cells: [
              score.run ? (
                <NameLink key="model" to="runs" id={score.run.id}>
                  {runName(score.run)}
                </NameLink>
              ) : score.adapter ? (
                <NameLink key="model" to="adapters" id={score.adapter.id}>
                  {score.adapter.name}
                </NameLink>
              ) : (
                <NameLink key="model" to="bases" id={score.base.id}>
                  {score.base.name}
                </NameLink>
              ),
              say(`kind.${kind}`),
              `${format.score(score.value, score.metric)}${score.selectedOn === 'TEST' ? ` (${translate('crucible.score.selectedMark')})` : ''}`,
              `${format.score(score.interval.low, score.metric)} – ${format.score(score.interval.high, score.metric)}`,
              score.n,
            ],
          }))}
        />
      ) : null}
    </Section>
  );
}
