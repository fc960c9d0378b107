import type { RunState } from '../graphql/generated/graphql';

const STATES: readonly RunState[] = ['QUEUED', 'RUNNING', 'SCORING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

/** States of jobs, for filters. */
export const jobStateChoices = STATES.map((id) => ({ id, name: `crucible.state.${id}` }));
