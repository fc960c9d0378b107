import Typography from '@mui/material/Typography';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslate } from 'react-admin';
import { useNavigate } from 'react-router';
import { ChoiceButtons } from '../fields/choice-buttons';
import { ErrorAlert } from '../fields/error-alert';
import { Section } from '../fields/section';
import { expectType } from '../graphql/expect-type';
import { graphql } from '../graphql/documents';
import type { BaseModelSourceInput } from '../graphql/generated/graphql';
import { request } from '../graphql/request';
import { SourceForm } from './source-form';

const importBaseModel = graphql(`
  mutation ImportBaseModel($input: ImportBaseModelInput!) {
    importBaseModel(input: $input) {
      __typename
      ... on ImportRun {
        id
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
      ... on SourceRefused {
        remedy
      }
    }
  }
`);

const KINDS = ['hub', 'directory'] as const;

/** Takes a base model in, which the server fetches itself, and goes to the page of the job that does. */
export function BaseImport() {
  const translate = useTranslate();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('hub');
  const submit = useMutation({
    mutationFn: async (source: BaseModelSourceInput) =>
      expectType((await request(importBaseModel, { input: { source } })).importBaseModel, 'ImportRun'),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      void navigate(`/jobs/${id}/show`);
    },
  });
  return (
    <Section title={translate('crucible.upload.baseTitle')}>
      <Typography variant="body2" color="text.secondary" sx={{ mb: 2 }}>
        {translate('crucible.upload.baseText')}
      </Typography>
      <ChoiceButtons
        long
        label={translate('crucible.upload.baseTitle')}
        choices={KINDS}
        value={kind}
        nameOf={(each) => translate(`crucible.upload.source.${each}`)}
        onChange={setKind}
      />
      <SourceForm
        key={kind}
        id="base"
        kind={kind}
        submit={translate(submit.isPending ? 'crucible.upload.importing' : 'crucible.upload.import')}
        disabled={submit.isPending}
        onSource={(source) => submit.mutate(source)}
      />
      {submit.error ? <ErrorAlert error={submit.error} /> : null}
    </Section>
  );
}
