import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useFormat } from './use-format';

interface DownloadListProps {
  readonly files: readonly { readonly name: string; readonly url: string; readonly sizeBytes: string | null }[];
}

/** Files to save, each with its size where it is known. */
export function DownloadList({ files }: DownloadListProps) {
  const format = useFormat();
  return (
    <Box component="ul" sx={{ m: 0, pl: 2.5 }}>
      {files.map(({ name, url, sizeBytes }) => (
        <li key={url}>
          <Link href={url} download underline="always" sx={{ overflowWrap: 'anywhere' }}>
            {name}
          </Link>
          {sizeBytes === null ? '' : ` (${format.bytes(sizeBytes)})`}
        </li>
      ))}
    </Box>
  );
}
