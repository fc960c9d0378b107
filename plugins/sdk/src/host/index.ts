export {
  checkFusion,
  type CheckedMember,
  type FusionCheck,
  type Incompatibility,
  type IncompatibilityCode,
} from './check/check-fusion.js';
export { resolveSpace } from './check/resolve-space.js';
export { composeAdapters, type ComposedModule, type Composition } from './compose-adapters.js';
export { fusionErrors } from './fusion-errors.js';
export { coefficientsOf, groupModules, type ModuleGroups } from './fusion/group-modules.js';
export {
  applySchedule,
  scheduleModules,
  type ModuleSchedule,
  type ModuleSettings,
  type ScheduleRequest,
} from './fusion/schedule-modules.js';
export { fuseInMemory, keepFactors, type MemoryFusion, type MemoryFusionRequest } from './fuse-in-memory.js';
export { fusionLimits } from './fusion-limits.js';
export type * from './fusion-run.js';
export {
  measureRates,
  planFusion,
  planLimits,
  type FusionPlan,
  type MachineRates,
  type PlanIssue,
  type PlannedModule,
  type PlannedResult,
  type PlannedRun,
  type PlannedWork,
  type PlanRequest,
} from './plan/index.js';
export { discoverPlugins, type DiscoveryOptions } from './plugins/discover-plugins.js';
export { loadPlugin, type LoadOptions } from './plugins/load-plugin.js';
export {
  loadPlugins,
  strategiesOf,
  type InstalledEvaluator,
  type InstalledMethod,
  type InstalledStrategy,
  type PluginRegistry,
} from './plugins/load-plugins.js';
export {
  prepareFusion,
  previewErrors,
  previewLimits,
  type PreparedSet,
  type PrepareOptions,
} from './prepared/index.js';
export type {
  AdapterPreview,
  FusionPreview,
  MaterializeRequest,
  ModulePreview,
  PreviewRequest,
} from './prepared/index.js';
export { pluginLimits } from './plugins/plugin-limits.js';
export type { LoadedPlugin, PluginListing } from './plugins/plugin-listing.js';
export { runFusion } from './run-fusion.js';
export { composeWrapper } from './wrapper/compose-wrapper.js';
export { resolveStrategy, wrappedChain, type ResolvedStrategy } from './wrapper/resolve-strategy.js';
