import LinkIcon from '@mui/icons-material/Link';
import DownloadIcon from '@mui/icons-material/GetApp';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useNotify, useTranslate } from 'react-admin';
import { saveFile } from '../charts/save-file';
import type { Comparison } from './comparison-query';
import type { ShownRow } from './sort-rows';
import { writeLatex } from './write-latex';
import { writeCsv, writeJson } from './write-tables';

interface ExportButtonsProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
  /** What scores are compared with, in words. */
  readonly against: string;
}

/** The comparison as a link and as files. */
export function ExportButtons({ comparison, rows, against }: ExportButtonsProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(window.location.href);
    notify('crucible.compare.copied');
  };
  const files = [
    ['csv', 'text/csv', writeCsv],
    ['latex', 'text/x-tex', writeLatex],
    ['json', 'application/json', writeJson],
  ] as const;
  return (
    <Stack direction="row" sx={{ flexWrap: 'wrap', gap: 1 }}>
      {'clipboard' in navigator ? (
        <Button size="small" startIcon={<LinkIcon />} onClick={() => void copy()}>
          {translate('crucible.compare.link')}
        </Button>
      ) : null}
      {files.map(([kind, type, write]) => (
        <Button
          key={kind}
          size="small"
          startIcon={<DownloadIcon />}
          onClick={() =>
            saveFile(
              `comparison.${kind === 'latex' ? 'tex' : kind}`,
              new Blob([write(comparison, rows, against)], { type }),
            )
          }
        >
          {translate(`crucible.compare.${kind}`)}
        </Button>
      ))}
    </Stack>
  );
}
