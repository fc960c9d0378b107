import { Admin, CustomRoutes, Resource } from 'react-admin';
import { lazy } from 'react';
import { createBrowserRouter, Route, RouterProvider } from 'react-router';
import { dataProvider } from '../provider/data-provider';
import { i18nProvider } from './i18n-provider';
import { Layout } from './layout';
import { pages } from './pages';
import { queryClient } from './query-client';
import { darkTheme, lightTheme } from './theme';

const HomePage = lazy(() => import('../home/home-page'));

function Console() {
  return (
    <Admin
      title="Crucible"
      dataProvider={dataProvider}
      i18nProvider={i18nProvider}
      queryClient={queryClient}
      dashboard={HomePage}
      layout={Layout}
      theme={lightTheme}
      darkTheme={darkTheme}
      disableTelemetry
    >
      {pages.map((page) =>
        page.kind === 'resource' ? (
          <Resource
            key={page.name}
            name={page.name}
            icon={page.icon}
            list={page.list}
            {...(page.show ? { show: page.show } : {})}
          />
        ) : (
          <CustomRoutes key={page.name}>
            <Route path={page.path ?? `/${page.name}`} element={<page.page />} />
          </CustomRoutes>
        ),
      )}
    </Admin>
  );
}

const router = createBrowserRouter([{ path: '*', element: <Console /> }]);

/** The console: pages under real addresses, so that any of them can be linked to. */
export function App() {
  return <RouterProvider router={router} />;
}
