import type {
  FormAdaptersQuery,
  FormStrategiesQuery,
  FormTasksQuery,
  PlanOfFusionQuery,
} from '../graphql/generated/graphql';

/** What the page reads of the API. */
export type FormStrategy = FormStrategiesQuery['strategies'][number];
export type FormAdapter = FormAdaptersQuery['adapters']['nodes'][number];
export type FormTask = FormTasksQuery['tasks']['nodes'][number];
export type FusionPlan = Extract<PlanOfFusionQuery['planFusion'], { readonly __typename: 'FusionPlan' }>;
