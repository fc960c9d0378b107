import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useNotify, useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { ErrorAlert } from '../fields/error-alert';
import { Section } from '../fields/section';
import { formTasks } from '../fuse/documents';
import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { Split } from '../graphql/generated/graphql';
import { request } from '../graphql/request';

const evaluate = graphql(`
  mutation Evaluate($input: EvaluateInput!) {
    evaluate(input: $input) {
      __typename
      ... on Evaluations {
        evaluations {
          id
        }
      }
      ... on Problem {
        code
        message
      }
      ... on InvalidOptions {
        issues {
          message
        }
      }
    }
  }
`);

interface EvaluateSectionProps {
  /** What is scored: an adapter over its base, or the bare base. */
  readonly model: { readonly adapter: string } | { readonly base: string };
  readonly base: string;
}

const SPLITS: readonly Split[] = ['TEST', 'VALIDATION', 'TRAIN'];

/** Queues the scoring of a model on tasks that its base has a classifier for. What was scored already is found again. */
export function EvaluateSection({ model, base }: EvaluateSectionProps) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const notify = useNotify();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [split, setSplit] = useState<Split>('TEST');
  const { data } = useQuery({ queryKey: ['tasks', 'fuse'], queryFn: ({ signal }) => request(formTasks, {}, signal) });
  const say = (key: string, values = {}): string => translate(`crucible.evaluate.${key}`, values);
  const tasks = (data?.tasks.nodes ?? []).filter(({ heads }) => heads.some((head) => head.base.id === base));
  const submit = useMutation({
    mutationFn: async () => {
      const { evaluate: answer } = await request(evaluate, { input: { ...model, tasks: chosen, split } });
      return expectType(answer, 'Evaluations').evaluations;
    },
    onSuccess: (evaluations) => {
      notify(say('queued', { smart_count: evaluations.length }));
      void queries.invalidateQueries({ queryKey: ['evaluations'] });
      const filter = 'adapter' in model ? { adapters: [model.adapter] } : {};
      const [only] = evaluations;
      void navigate(
        evaluations.length === 1 && only
          ? `/evaluations/${only.id}/show`
          : `/evaluations?filter=${encodeURIComponent(JSON.stringify(filter))}`,
      );
    },
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    submit.mutate();
  };
  const toggle = (id: string, isChosen: boolean): void =>
    setChosen(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <Section title={say('title')}>
      {data && tasks.length === 0 ? <Typography variant="body2">{say('none')}</Typography> : null}
      {tasks.length > 0 ? (
        <Box component="form" onSubmit={send}>
          <Box
            component="fieldset"
            sx={{ m: 0, mb: 2, minWidth: 0, border: 1, borderRadius: 1, borderColor: 'divider' }}
          >
            <legend>{say('tasks')}</legend>
            <FormControlLabel
              label={say('all')}
              control={
                <Checkbox
                  size="small"
                  checked={chosen.length === tasks.length}
                  indeterminate={chosen.length > 0 && chosen.length < tasks.length}
                  onChange={(_, all) => setChosen(all ? tasks.map(({ id }) => id) : [])}
                />
              }
            />
            {tasks.map(({ id, title }) => (
              <FormControlLabel
                key={id}
                label={title}
                control={
                  <Checkbox size="small" checked={chosen.includes(id)} onChange={(_, checked) => toggle(id, checked)} />
                }
              />
            ))}
          </Box>
          <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap' }}>
            <TextField
              id="evaluate-split"
              select
              size="small"
              variant="outlined"
              margin="none"
              fullWidth={false}
              label={say('split')}
              value={split}
              onChange={(event) => setSplit(event.target.value as Split)}
              slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
            >
              {SPLITS.map((each) => (
                <option key={each} value={each}>
                  {translate(`crucible.split.${each}`)}
                </option>
              ))}
            </TextField>
            <Button type="submit" variant="outlined" disabled={chosen.length === 0 || submit.isPending}>
              {say('score', { smart_count: chosen.length })}
            </Button>
          </Box>
          {submit.error ? (
            <Box sx={{ mt: 2 }}>
              <ErrorAlert error={submit.error} />
            </Box>
          ) : null}
        </Box>
      ) : null}
    </Section>
  );
}
