import { defaultDarkTheme, defaultLightTheme, type RaThemeOptions } from 'react-admin';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** What both themes share: the font of the system, so that nothing is loaded; tables whose figures stand below each other; a focus that is seen. */
function themed(base: RaThemeOptions, palette: RaThemeOptions['palette']): RaThemeOptions {
  return {
    ...base,
    palette,
    shape: { borderRadius: 6 },
    typography: {
      fontFamily: FONT,
      h6: { fontSize: '1.05rem', fontWeight: 600 },
      button: { textTransform: 'none', fontWeight: 600 },
    },
    components: {
      ...base.components,
      MuiCssBaseline: {
        styleOverrides: {
          body: { fontVariantNumeric: 'tabular-nums' },
          ':focus-visible': { outline: '2px solid currentColor', outlineOffset: '2px' },
          '@media (prefers-reduced-motion: reduce)': {
            '*': { animationDuration: '0.01ms !important', transitionDuration: '0.01ms !important' },
          },
        },
      },
      MuiAppBar: { styleOverrides: { colorSecondary: { backgroundImage: 'none' } } },
      MuiTableCell: { styleOverrides: { head: { fontWeight: 600 } } },
      // react-admin names the box around a check box, which no screen reader reads; the name belongs on the input in it.
      MuiCheckbox: {
        defaultProps: {
          slotProps: {
            root: { 'aria-label': undefined },
            input: (owner: object) => ('aria-label' in owner ? { 'aria-label': String(owner['aria-label']) } : {}),
          },
        },
      },
      // Parts that are being read say so themselves; a circle beside them has no name to be read out by.
      MuiCircularProgress: { defaultProps: { 'aria-hidden': true } },
      MuiLink: { defaultProps: { underline: 'always' } },
    },
  };
}

/** Contrast of text is at least 4.5 to 1 on both of its backgrounds. */
export const lightTheme = themed(defaultLightTheme, {
  mode: 'light',
  primary: { main: '#92400e' },
  secondary: { main: '#3b2314', contrastText: '#ffffff' },
  background: { default: '#faf8f5', paper: '#ffffff' },
  text: { primary: '#1c1917', secondary: '#57534e' },
  success: { main: '#166534' },
  error: { main: '#b91c1c' },
  warning: { main: '#9a5b00' },
  info: { main: '#1d4ed8' },
});

export const darkTheme = themed(defaultDarkTheme, {
  mode: 'dark',
  primary: { main: '#fbbf77' },
  secondary: { main: '#2a211b', contrastText: '#fafaf9' },
  background: { default: '#171412', paper: '#211d1a' },
  text: { primary: '#f5f5f4', secondary: '#b8b0a8' },
  success: { main: '#86efac' },
  error: { main: '#fca5a5' },
  warning: { main: '#fcd34d' },
  info: { main: '#93c5fd' },
});
