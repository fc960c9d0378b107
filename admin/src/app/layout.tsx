import Alert from '@mui/material/Alert';
import { useEffect, type ReactNode } from 'react';
import { AppBar, Layout as BaseLayout, TitlePortal, useLocaleState, useTranslate } from 'react-admin';
import { useConnectionState } from '../live/use-live';
import { useLiveJobs } from '../live/use-live-jobs';
import { Menu } from './menu';
import { Toolbar } from './toolbar';

/** A wide table scrolls by itself and never widens the page: none of what is around it may grow with it. */
const LAYOUT = {
  minWidth: 0,
  '& .RaLayout-content, & .RaLayout-contentWithSidebar, & .RaList-main, & .RaList-content': { minWidth: 0 },
};

/** A title that is too long ends in dots, and never lies over the buttons beside it. */
const TITLE = { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' };

function Bar() {
  return (
    <AppBar userMenu={false} color="secondary" toolbar={<Toolbar />}>
      <TitlePortal component="h1" sx={TITLE} />
    </AppBar>
  );
}

/** Around every page: what keeps it live, and says so when it is not. */
export function Layout({ children }: { readonly children: ReactNode }) {
  const translate = useTranslate();
  const [locale] = useLocaleState();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  useLiveJobs();
  const lost = useConnectionState() === 'lost';
  return (
    <BaseLayout appBar={Bar} menu={Menu} sx={LAYOUT}>
      <div aria-live="polite">
        {lost ? (
          <Alert severity="warning" sx={{ mt: 1 }}>
            {translate('crucible.live.lost')}
          </Alert>
        ) : null}
      </div>
      {children}
    </BaseLayout>
  );
}
