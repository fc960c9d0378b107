import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useReducer, type FormEvent } from 'react';
import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { Section } from '../fields/section';
import { request } from '../graphql/request';
import { AdapterPicker } from './adapter-picker';
import { ChosenAdapters } from './chosen-adapters';
import { fuse, sweep } from './documents';
import { ProblemsContext } from './field-problems';
import type { FormStrategy } from './form-types';
import { toFuseInput, type FuseDraft } from './fuse-input';
import { reduceFusion, type FuseState } from './fuse-state';
import { FusionSettings } from './fusion-settings';
import type { FieldIssue } from './issues-by-path';
import { MemberNames } from './member-names';
import { emptyStrategy } from './option-state';
import { PlanPanel } from './plan-panel';
import { StrategyOptions } from './strategy-options';
import { StrategyNotes, StrategySelect } from './strategy-picker';
import { SweepSection } from './sweep-section';
import { useFusionPlan } from './use-fusion-plan';

interface FuseFormProps {
  readonly strategies: readonly FormStrategy[];
  readonly initial: FuseState;
}

/** What a refusal says, as issues of fields. */
interface Refused {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
  readonly path?: readonly string[] | null;
  readonly issues?: readonly FieldIssue[];
}

const issuesOf = (answer: Refused | undefined): readonly FieldIssue[] => {
  if (!answer || answer.__typename === 'FusionRun' || answer.__typename === 'Sweep') return [];
  if (answer.issues) return answer.issues;
  return answer.message ? [{ code: answer.code ?? '', message: answer.message, path: answer.path ?? [] }] : [];
};

/** Sends the form, as one fusion or as a sweep; a refusal stays until something is changed. */
function useFuse() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (draft: FuseDraft) =>
      draft.sweep
        ? (await request(sweep, { input: draft.sweep.input })).sweep
        : (await request(fuse, { input: draft.input })).fuse,
    onSuccess: (answer) => {
      if (answer.__typename !== 'FusionRun' && answer.__typename !== 'Sweep') return;
      void queries.invalidateQueries({ queryKey: ['runs'] });
      void navigate(`/${answer.__typename === 'Sweep' ? 'sweeps' : 'runs'}/${answer.id}/show`);
    },
  });
}

export function FuseForm({ strategies, initial }: FuseFormProps) {
  const translate = useTranslate();
  const [state, dispatch] = useReducer(reduceFusion, initial);
  const strategy = strategies.find(({ key }) => key === state.strategy.key);
  const draft = useMemo(
    () => toFuseInput(state, (key) => strategies.find((each) => each.key === key)),
    [state, strategies],
  );
  const { answer, error, isSettled, possible } = useFusionPlan(draft);
  const submit = useFuse();
  const plan = answer?.__typename === 'FusionPlan' ? answer : undefined;
  const refused = submit.variables === draft ? issuesOf(submit.data) : [];
  const issues = useUnique([...refused, ...issuesOf(answer)]);
  const problems = useMemo(() => ({ wrong: draft.wrong, issues }), [draft.wrong, issues]);
  const names = useMemo(() => state.members.map(({ adapter }) => adapter.name), [state.members]);
  const failure = submit.error ?? error;
  const hint = state.members.length === 0 ? 'planNeedsAdapters' : draft.wrong.size > 0 ? 'planNeedsFields' : undefined;
  const isEmptySweep = draft.sweep?.size === 0;
  const send = (event: FormEvent): void => {
    event.preventDefault();
    submit.mutate(draft);
  };
  return (
    <ProblemsContext value={problems}>
      <MemberNames value={names}>
        <Box
          component="form"
          noValidate
          onSubmit={send}
          sx={{
            display: 'grid',
            gap: 2,
            alignItems: 'start',
            gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'minmax(0, 1fr) 20rem' },
          }}
        >
          <div>
            <Section title={translate('crucible.fuse.adapters')}>
              <AdapterPicker members={state.members} needs={strategy?.needs} dispatch={dispatch} />
              <ChosenAdapters
                members={state.members}
                orderMatters={strategy?.needs.order === 'MATTERS'}
                dispatch={dispatch}
              />
            </Section>
            <Section title={translate('crucible.fuse.strategy')}>
              <StrategySelect
                id="strategy"
                label={translate('crucible.fuse.strategy')}
                strategies={strategies}
                value={state.strategy.key}
                onChange={(key) => dispatch({ type: 'strategy', strategy: emptyStrategy(key) })}
              />
              {strategy ? <StrategyNotes strategy={strategy} /> : null}
            </Section>
            <Section title={translate('crucible.fuse.options')}>
              <StrategyOptions
                strategies={strategies}
                state={state.strategy}
                path="options"
                onChange={(changed) => dispatch({ type: 'strategy', strategy: changed })}
              />
            </Section>
            <SweepSection state={state} strategy={strategy} size={draft.sweep?.size ?? 0} dispatch={dispatch} />
            <Section title={translate('crucible.fuse.more')}>
              <FusionSettings state={state} strategy={strategy} dispatch={dispatch} />
            </Section>
          </div>
          <Box sx={{ position: { md: 'sticky' }, top: { md: 64 } }}>
            <Section title={translate('crucible.fuse.plan')}>
              <PlanPanel
                plan={plan}
                points={draft.sweep?.size}
                issues={issues}
                hint={hint && translate(`crucible.fuse.${hint}`)}
                isFetching={possible && !isSettled}
              />
              {failure ? (
                <Alert severity="error" sx={{ mt: 2 }}>
                  {failure.message}
                </Alert>
              ) : null}
              <Button
                type="submit"
                variant="contained"
                fullWidth
                sx={{ mt: 2 }}
                disabled={!possible || submit.isPending || isEmptySweep || (isSettled && issues.length > 0)}
              >
                {submit.isPending
                  ? translate('crucible.fuse.fusing')
                  : draft.sweep
                    ? translate('crucible.fuse.fuseMany', { smart_count: draft.sweep.size })
                    : translate('crucible.fuse.fuse')}
              </Button>
            </Section>
          </Box>
        </Box>
      </MemberNames>
    </ProblemsContext>
  );
}

/** The same words about the same field once, as the same list while nothing changed. */
function useUnique(issues: readonly FieldIssue[]): readonly FieldIssue[] {
  const text = JSON.stringify(issues);
  return useMemo(() => {
    const all = JSON.parse(text) as readonly FieldIssue[];
    return [...new Map(all.map((issue) => [`${issue.path.join('.')} ${issue.message}`, issue])).values()];
  }, [text]);
}
