import DownloadIcon from '@mui/icons-material/GetApp';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useTheme } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import type { EChartsOption } from 'echarts';
import { useCallback, useId, useMemo } from 'react';
import { useNotify, useTranslate } from 'react-admin';
import { ChartTable, type ChartColumn, type ChartRow } from './chart-table';
import { drawPng, drawSvg } from './export-chart';
import { lookOf, type Look } from './look';
import { saveFile } from './save-file';
import { useEcharts, type OnDrawn } from './use-echarts';

interface ChartProps {
  readonly title: string;
  /** What is to be seen, in words: below the chart, and read out for it. */
  readonly description: string;
  /** The same function until what is shown changes; redrawn with the theme and the width. */
  readonly optionOf: (look: Look, width: number) => EChartsOption;
  /** In pixels; a function where it depends on the width. */
  readonly height: number | ((width: number) => number);
  readonly columns: readonly ChartColumn[];
  readonly rows: readonly ChartRow[];
  /** Of exported files, without an ending. */
  readonly fileName: string;
  readonly onDrawn?: OnDrawn;
}

const FORMATS = [
  ['png', drawPng],
  ['svg', drawSvg],
] as const;

/** A chart with its description, its table, and its pictures to save. */
export function Chart({ title, description, optionOf, height: wanted, columns, rows, fileName, onDrawn }: ChartProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const theme = useTheme();
  const id = useId();
  const look = useMemo(() => lookOf(theme), [theme]);
  const option = useCallback((width: number) => optionOf(look, width), [optionOf, look]);
  const { holder, width, height, failure } = useEcharts(option, wanted, onDrawn);
  const save = async (format: string, draw: typeof drawPng): Promise<void> => {
    try {
      saveFile(`${fileName}.${format}`, await draw({ option: option(width), width, height, background: look.paper }));
    } catch (error) {
      notify('crucible.charts.failed', { type: 'error', messageArgs: { reason: String(error) } });
    }
  };
  return (
    <Box component="figure" aria-labelledby={`${id}title`} sx={{ m: 0 }}>
      <Stack direction="row" sx={{ alignItems: 'center', flexWrap: 'wrap', gap: 1, mb: 1 }}>
        <Typography id={`${id}title`} component="h3" variant="subtitle2" sx={{ flexGrow: 1 }}>
          {title}
        </Typography>
        {FORMATS.map(([format, draw]) => (
          <Button
            key={format}
            size="small"
            startIcon={<DownloadIcon />}
            disabled={width === 0}
            aria-label={translate('crucible.charts.save', { format: format.toUpperCase() })}
            onClick={() => void save(format, draw)}
          >
            {translate(`crucible.charts.${format}`)}
          </Button>
        ))}
      </Stack>
      {failure ? <Alert severity="error">{translate('crucible.charts.failed', { reason: failure })}</Alert> : null}
      <Box
        role="img"
        aria-labelledby={`${id}title`}
        aria-describedby={`${id}text`}
        sx={{ height, minWidth: 0, overflow: 'hidden' }}
      >
        <div ref={holder} style={{ height }} />
      </Box>
      <Typography id={`${id}text`} component="figcaption" variant="body2" sx={{ mt: 1 }}>
        {description}
      </Typography>
      <ChartTable caption={title} columns={columns} rows={rows} />
    </Box>
  );
}
