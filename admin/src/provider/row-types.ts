import type {
  AdapterQuery,
  AdaptersQuery,
  BaseQuery,
  BasesQuery,
  EvaluationsQuery,
  FrameQuery,
  FramesQuery,
  JobQuery,
  JobsQuery,
  PluginQuery,
  PluginsQuery,
  RunQuery,
  RunsQuery,
  StrategiesQuery,
  StrategyQuery,
  SweepQuery,
  SweepsQuery,
  TaskQuery,
  TasksQuery,
} from '../graphql/generated/graphql';

type NodeOf<Query extends { readonly node: unknown }, Name> = Extract<Query['node'], { readonly __typename: Name }>;

/** Rows and records as the data provider gives them. */
export type RunRow = RunsQuery['fusionRuns']['nodes'][number];
export type RunRecord = NodeOf<RunQuery, 'FusionRun'>;
export type AdapterRow = AdaptersQuery['adapters']['nodes'][number];
export type AdapterRecord = NodeOf<AdapterQuery, 'Adapter'>;
export type TaskRow = TasksQuery['tasks']['nodes'][number];
export type TaskRecord = NodeOf<TaskQuery, 'Task'>;
export type BaseRow = BasesQuery['baseModels']['nodes'][number];
export type BaseRecord = NodeOf<BaseQuery, 'BaseModel'>;
export type PluginRow = PluginsQuery['plugins'][number];
export type PluginRecord = NodeOf<PluginQuery, 'Plugin'>;
export type StrategyRow = StrategiesQuery['strategies'][number];
export type StrategyRecord = NodeOf<StrategyQuery, 'FusionStrategy'>;
export type JobRow = JobsQuery['jobs']['nodes'][number];
export type JobRecord = Extract<NonNullable<JobQuery['node']>, { readonly state: unknown }>;
export type SweepRow = SweepsQuery['sweeps']['nodes'][number];
export type SweepRecord = NodeOf<SweepQuery, 'Sweep'>;
export type FrameRow = FramesQuery['tangentFrames']['nodes'][number];
export type FrameRecord = NodeOf<FrameQuery, 'TangentFrame'>;
export type EvaluationRow = EvaluationsQuery['evaluations']['nodes'][number];
