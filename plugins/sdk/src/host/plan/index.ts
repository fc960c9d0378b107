export type {
  FusionPlan,
  MachineRates,
  PlanIssue,
  PlannedModule,
  PlannedResult,
  PlannedRun,
  PlannedWork,
  PlanRequest,
} from './fusion-plan.js';
export { measureRates } from './machine-rates.js';
export { planFusion } from './plan-fusion.js';
export { planLimits } from './plan-limits.js';
