import AccountTreeIcon from '@mui/icons-material/AccountTree';
import FuseIcon from '@mui/icons-material/CallMerge';
import SweepIcon from '@mui/icons-material/GridOn';
import FrameIcon from '@mui/icons-material/FilterCenterFocus';
import EvaluationIcon from '@mui/icons-material/Grading';
import CompareIcon from '@mui/icons-material/TableChart';
import ExtensionIcon from '@mui/icons-material/Extension';
import TaskIcon from '@mui/icons-material/AssignmentTurnedIn';
import BaseIcon from '@mui/icons-material/Layers';
import StrategyIcon from '@mui/icons-material/Functions';
import PluginIcon from '@mui/icons-material/Power';
import JobIcon from '@mui/icons-material/ListAlt';
import UploadIcon from '@mui/icons-material/UploadFile';
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
  {
    kind: 'resource',
    name: 'sweeps',
    icon: SweepIcon,
    list: lazy(() => import('../resources/sweeps/sweep-list')),
    show: lazy(() => import('../resources/sweeps/sweep-show')),
  },
  { kind: 'page', name: 'fuse', icon: FuseIcon, page: lazy(() => import('../fuse/fuse-page')) },
  { kind: 'page', name: 'compare', icon: CompareIcon, page: lazy(() => import('../compare/compare-page')) },
  {
    kind: 'page',
    name: 'savedComparison',
    path: '/compare/:id',
    hidden: true,
    icon: CompareIcon,
    page: lazy(() => import('../compare/compare-page')),
  },
  {
    kind: 'resource',
    name: 'adapters',
    icon: ExtensionIcon,
    list: lazy(() => import('../resources/adapters/adapter-list')),
    show: lazy(() => import('../resources/adapters/adapter-show')),
  },
  {
    kind: 'page',
    name: 'upload',
    icon: UploadIcon,
    page: lazy(() => import('../upload/upload-page')),
  },
  {
    kind: 'resource',
    name: 'frames',
    icon: FrameIcon,
    list: lazy(() => import('../resources/frames/frame-list')),
    show: lazy(() => import('../resources/frames/frame-show')),
  },
  {
    kind: 'resource',
    name: 'tasks',
    icon: TaskIcon,
    list: lazy(() => import('../resources/tasks/task-list')),
    show: lazy(() => import('../resources/tasks/task-show')),
  },
  {
    kind: 'resource',
    name: 'bases',
    icon: BaseIcon,
    list: lazy(() => import('../resources/bases/base-list')),
    show: lazy(() => import('../resources/bases/base-show')),
  },
  {
    kind: 'resource',
    name: 'strategies',
    icon: StrategyIcon,
    list: lazy(() => import('../resources/strategies/strategy-list')),
    show: lazy(() => import('../resources/strategies/strategy-show')),
  },
  {
    kind: 'resource',
    name: 'plugins',
    icon: PluginIcon,
    list: lazy(() => import('../resources/plugins/plugin-list')),
    show: lazy(() => import('../resources/plugins/plugin-show')),
  },
  {
    kind: 'resource',
    name: 'evaluations',
    icon: EvaluationIcon,
    list: lazy(() => import('../resources/evaluations/evaluation-list')),
    show: lazy(() => import('../resources/jobs/job-show')),
  },
  {
    kind: 'resource',
    name: 'jobs',
    icon: JobIcon,
    list: lazy(() => import('../resources/jobs/job-list')),
    show: lazy(() => import('../resources/jobs/job-show')),
  },
];
