import LinkIcon from '@mui/icons-material/Link';
import DownloadIcon from '@mui/icons-material/GetApp';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useNotify, useTranslate } from 'react-admin';
import type { Comparison } from './comparison-query';
import type { ShownRow } from './sort-rows';
import { writeCsv, writeJson, writeLatex } from './write-tables';

interface ExportButtonsProps {
  readonly comparison: Comparison;
  readonly rows: readonly ShownRow[];
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** The comparison as a link and as files. */
export function ExportButtons({ comparison, rows }: ExportButtonsProps) {
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
          onClick={() => save(`comparison.${kind === 'latex' ? 'tex' : kind}`, type, write(comparison, rows))}
        >
          {translate(`crucible.compare.${kind}`)}
        </Button>
      ))}
    </Stack>
  );
}
