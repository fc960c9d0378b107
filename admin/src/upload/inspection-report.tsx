import CheckIcon from '@mui/icons-material/CheckCircleOutlined';
import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslate } from 'react-admin';
import { Facts } from '../fields/facts';
import { NONE } from '../fields/format';
import { PlainTable } from '../fields/plain-table';
import { useFormat } from '../fields/use-format';
import type { Inspection } from './documents';

const WRAPPED = { mb: 2, '& .MuiAlert-message': { minWidth: 0, overflowWrap: 'anywhere' } } as const;

/** What the files of an adapter were understood as: what stands in the way first, then what is odd, then all of it. */
export function InspectionReport({ inspection }: { readonly inspection: Inspection }) {
  const translate = useTranslate();
  const format = useFormat();
  const say = (key: string): string => translate(`crucible.upload.facts.${key}`);
  const { modules, files, notices, blockers } = inspection;
  const bytes = files.reduce((sum, { byteLength }) => sum + Number(byteLength), 0);
  return (
    <>
      {blockers.map(({ code, subject, reason, remedy }) => (
        <Alert key={`${code} ${subject}`} severity="error" sx={WRAPPED}>
          <AlertTitle>{code}</AlertTitle>
          {reason} <code>{subject}</code>
          <div>{translate('crucible.upload.remedy', { remedy })}</div>
        </Alert>
      ))}
      {blockers.length === 0 ? (
        <Typography variant="body2" sx={{ display: 'flex', alignItems: 'center', gap: 0.75, mb: 1.5 }}>
          <CheckIcon fontSize="small" color="success" />
          {translate('crucible.upload.ready')}
        </Typography>
      ) : null}
      {notices.length > 0 ? (
        <Alert severity="info" sx={WRAPPED}>
          <AlertTitle>{translate('crucible.upload.notices')}</AlertTitle>
          <Box component="ul" sx={{ m: 0, pl: 2 }}>
            {notices.map(({ code, subject, message }) => (
              <li key={`${code} ${subject}`}>
                {message} {subject ? <code>{subject}</code> : null}
              </li>
            ))}
          </Box>
        </Alert>
      ) : null}
      <Facts
        facts={[
          { label: say('dialect'), value: inspection.dialect },
          { label: say('peftType'), value: inspection.peftType ?? NONE },
          { label: say('baseName'), value: inspection.baseName ?? NONE },
          { label: say('rank'), value: inspection.rank },
          { label: say('scale'), value: format.number(inspection.scale) },
          { label: say('modules'), value: modules.length },
          { label: say('targets'), value: inspection.targets.join(', ') || NONE },
          { label: say('frame'), value: inspection.frameDigest?.slice(0, 12) ?? NONE },
          { label: say('files'), value: `${files.map(({ name }) => name).join(', ')} (${format.bytes(bytes)})` },
        ]}
      />
      {modules.length > 0 ? <Modules modules={modules} /> : null}
    </>
  );
}

function Modules({ modules }: Pick<Inspection, 'modules'>) {
  const translate = useTranslate();
  const format = useFormat();
  const say = (key: string): string => translate(`crucible.upload.module.${key}`);
  return (
    <Box sx={{ mt: 2 }}>
      <PlainTable
        caption={say('title')}
        maxHeight={360}
        columns={[
          { title: say('name') },
          { title: say('rank'), numeric: true },
          { title: say('shape'), numeric: true },
          { title: say('scale'), numeric: true },
          { title: say('norm'), numeric: true },
          { title: say('effectiveRank'), numeric: true },
          { title: say('dtype') },
        ]}
        rows={modules.map((module) => ({
          id: module.name,
          cells: [
            module.name,
            module.rank,
            `${module.outFeatures} × ${module.inFeatures}`,
            format.number(module.scale),
            format.number(module.norm),
            format.number(module.effectiveRank, 3),
            module.dtype,
          ],
        }))}
      />
    </Box>
  );
}
