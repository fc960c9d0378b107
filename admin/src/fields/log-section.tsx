import Box from '@mui/material/Box';
import { useTranslate } from 'react-admin';
import { Section } from './section';

/** What a job said while it worked; nothing of one that said nothing. */
export function LogSection({ log }: { readonly log: readonly string[] }) {
  const translate = useTranslate();
  if (log.length === 0) return null;
  const title = translate('resources.jobs.log');
  return (
    <Section title={title}>
      <Box
        component="pre"
        tabIndex={0}
        role="region"
        aria-label={title}
        sx={{ m: 0, overflow: 'auto', maxHeight: 320, fontSize: 12 }}
      >
        {log.join('\n')}
      </Box>
    </Section>
  );
}
