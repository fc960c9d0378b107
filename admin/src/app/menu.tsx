import { Menu as BaseMenu, useTranslate } from 'react-admin';
import { pages } from './pages';

/** One entry a page; each is a link. */
export function Menu() {
  const translate = useTranslate();
  return (
    <nav aria-label={translate('crucible.shell.navigation')}>
      <BaseMenu>
        <BaseMenu.DashboardItem />
        {pages.map((page) => {
          const { icon: Icon, name } = page;
          if (page.kind === 'resource') return <BaseMenu.ResourceItem key={name} name={name} />;
          if (page.hidden) return null;
          return (
            <BaseMenu.Item
              key={name}
              to={page.path ?? `/${name}`}
              primaryText={`crucible.${name}.menu`}
              leftIcon={<Icon />}
            />
          );
        })}
      </BaseMenu>
    </nav>
  );
}
