import type { Theme } from '@mui/material/styles';

/** The colours and the font of a chart: those of the page around it. */
export interface Look {
  readonly font: string;
  readonly paper: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** What matters: the front, the chosen rows. */
  readonly strong: string;
  /** A second kind beside it, told apart by eyes that confuse red and green. */
  readonly second: string;
}

export function lookOf({ palette, typography }: Theme): Look {
  return {
    font: typography.fontFamily ?? 'sans-serif',
    paper: palette.background.paper,
    text: palette.text.primary,
    muted: palette.text.secondary,
    // Lines of a chart are opaque: a divider of the theme is a tint that differs where two cross.
    line: palette.mode === 'dark' ? '#4a433d' : '#ddd6cf',
    strong: palette.info.main,
    second: palette.mode === 'dark' ? '#fdba74' : '#c2410c',
  };
}
