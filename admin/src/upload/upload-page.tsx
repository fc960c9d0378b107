import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Title, useTranslate } from 'react-admin';
import { ChoiceButtons } from '../fields/choice-buttons';
import { ErrorAlert } from '../fields/error-alert';
import { Section } from '../fields/section';
import { useFormat } from '../fields/use-format';
import { ApiError } from '../graphql/api-error';
import type { AdapterSourceInput } from '../graphql/generated/graphql';
import { BaseImport } from './base-import';
import { DropZone } from './drop-zone';
import { InspectedAdapter } from './inspected-adapter';
import { SourceForm } from './source-form';
import { useSending, type Sending } from './use-sending';

const KINDS = ['files', 'hub', 'directory'] as const;
type Kind = (typeof KINDS)[number];

/** What the server has, or will fetch, and what of it was left behind. */
interface Found {
  readonly source: AdapterSourceInput;
  readonly leftOut: number;
}

/** Brings an adapter here: its files, what they were understood as, and the import. */
export default function UploadPage() {
  const translate = useTranslate();
  const [kind, setKind] = useState<Kind>('files');
  const [found, setFound] = useState<Found>();
  const { sending, send, stop } = useSending(({ upload, leftOut }) => setFound({ source: { upload }, leftOut }));
  const choose = (next: Kind): void => {
    setKind(next);
    setFound(undefined);
  };
  return (
    <Box sx={{ p: { xs: 1, sm: 2 } }}>
      <Title title={translate('crucible.upload.title')} />
      {found ? (
        <>
          <Button variant="outlined" sx={{ mb: 2 }} onClick={() => setFound(undefined)}>
            {translate('crucible.upload.again')}
          </Button>
          {found.leftOut > 0 ? (
            <Alert severity="info" sx={{ mb: 2 }}>
              {translate('crucible.upload.leftOut', { smart_count: found.leftOut })}
            </Alert>
          ) : null}
          <InspectedAdapter source={found.source} />
        </>
      ) : (
        <Section title={translate('crucible.upload.from')}>
          <ChoiceButtons
            long
            label={translate('crucible.upload.from')}
            choices={KINDS}
            value={kind}
            nameOf={(each) => translate(`crucible.upload.source.${each}`)}
            disabled={sending.phase === 'sending'}
            onChange={choose}
          />
          {kind === 'files' ? (
            <>
              <DropZone disabled={sending.phase === 'sending'} onFiles={send} />
              <Progress sending={sending} onStop={stop} />
            </>
          ) : (
            <SourceForm
              key={kind}
              id="adapter"
              kind={kind}
              submit={translate('crucible.upload.look')}
              onSource={(source) => setFound({ source, leftOut: 0 })}
            />
          )}
        </Section>
      )}
      {found ? null : <BaseImport />}
    </Box>
  );
}

/** How far the files have gone, or why they did not arrive. */
function Progress({ sending, onStop }: { readonly sending: Sending; readonly onStop: () => void }) {
  const translate = useTranslate();
  const format = useFormat();
  if (sending.phase === 'none') return null;
  if (sending.phase === 'failed') {
    const { error } = sending;
    const isEmpty = error instanceof ApiError && error.code === 'NO_ADAPTER_FILES';
    return (
      <Box sx={{ mt: 2 }}>
        <ErrorAlert error={isEmpty ? new ApiError(error.code, translate('crucible.upload.nothing')) : error} />
      </Box>
    );
  }
  const { name, done, total } = sending;
  return (
    <Box sx={{ mt: 2 }} aria-live="polite">
      <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
        {translate('crucible.upload.sending', { name })}
      </Typography>
      <LinearProgress
        variant={total > 0 ? 'determinate' : 'indeterminate'}
        {...(total > 0 ? { value: Math.min(100, (100 * done) / total) } : {})}
        aria-label={translate('crucible.upload.sending', { name })}
        sx={{ my: 1 }}
      />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2 }}>
        <Typography variant="body2">
          {translate('crucible.upload.sent', { done: format.bytes(done), total: format.bytes(total) })}
        </Typography>
        <Button size="small" onClick={onStop}>
          {translate('crucible.upload.stop')}
        </Button>
      </Box>
    </Box>
  );
}
