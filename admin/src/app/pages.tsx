import AccountTreeIcon from '@mui/icons-material/AccountTree';
import FuseIcon from '@mui/icons-material/CallMerge';
import CompareIcon from '@mui/icons-material/TableChart';
import ExtensionIcon from '@mui/icons-material/Extension';
import { lazy, type ComponentType } from 'react';

interface Page {
  /** First part of its address, and of its keys: `resources.<name>` or `crucible.<name>`; a page's menu entry is `crucible.<name>.menu`. */
  readonly name: string;
  readonly icon: ComponentType;
}

/** Lists and records, read through the data provider by the same name. */
export interface ResourcePages extends Page {
  readonly kind: 'resource';
  readonly list: ComponentType;
  readonly show?: ComponentType;
}

/** A page of its own, at `/<name>`, or at `path` with parameters. */
export interface OwnPage extends Page {
  readonly kind: 'page';
  readonly page: ComponentType;
  readonly path?: string;
  /** Not in the menu: reached from other pages. */
  readonly hidden?: boolean;
}

/** Every page of the console, in the order of the menu, each loaded when it is first opened. */
export const pages: readonly (ResourcePages | OwnPage)[] = [
  {
    kind: 'resource',
    name: 'runs',
    icon: AccountTreeIcon,
    list: lazy(() => import('../resources/runs/run-list')),
    show: lazy(() => import('../resources/runs/run-show')),
  },
  { kind: 'page', name: 'fuse', icon: FuseIcon, page: lazy(() => import('../fuse/fuse-page')) },
  { kind: 'page', name: 'compare', icon: CompareIcon, page: lazy(() => import('../compare/compare-page')) },
  {
    kind: 'resource',
    name: 'adapters',
    icon: ExtensionIcon,
    list: lazy(() => import('../resources/adapters/adapter-list')),
    show: lazy(() => import('../resources/adapters/adapter-show')),
  },
];
