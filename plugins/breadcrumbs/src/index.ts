import { definePlugin } from '@crucible/sdk';
import { breadcrumbsTies } from './breadcrumbs-ties.js';
import { breadcrumbs } from './breadcrumbs.js';

export default definePlugin({ strategies: [breadcrumbs, breadcrumbsTies] });
export { breadcrumbsTies } from './breadcrumbs-ties.js';
export { breadcrumbs } from './breadcrumbs.js';
