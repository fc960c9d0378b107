import LanguageIcon from '@mui/icons-material/Translate';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { RefreshIconButton, ToggleThemeButton, useLocaleState, useTranslate } from 'react-admin';

/** The console speaks two languages, so the button names the other one, in its own words. */
function LanguageButton() {
  const translate = useTranslate();
  const [locale, setLocale] = useLocaleState();
  const other = translate('crucible.shell.language');
  return (
    <Button
      color="inherit"
      aria-label={other}
      onClick={() => setLocale(locale === 'de' ? 'en' : 'de')}
      sx={{ minWidth: 0 }}
    >
      <LanguageIcon fontSize="small" />
      <Box component="span" sx={{ display: { xs: 'none', sm: 'inline' }, ml: 1 }}>
        {other}
      </Box>
    </Button>
  );
}

/** What stands at the right of the bar. A telephone has room for icons alone beside the title. */
export function Toolbar() {
  return (
    <>
      <LanguageButton />
      <ToggleThemeButton />
      <RefreshIconButton />
    </>
  );
}
