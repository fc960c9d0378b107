import type { EntityManager } from '@mikro-orm/postgresql';
import { analysesLimits, axisValues, PAPER_AXIS, type GridAxis } from '@crucible/engine/analyses';
import { isCrucibleError } from '@crucible/engine/errors';
import {
  AnalysisKind,
  DisentanglementAnalysis,
  FusionSpaceName,
  LossLandscapeAnalysis,
  SplitName,
  type Adapter,
  type AnalysedTask,
} from '../entities/index.js';
import type { ServiceContext } from '../services/service-context.js';
import {
  InvalidOptions,
  QuotaExceeded,
  Problem,
  type IncompatibleAdapters,
  type NotFound,
} from '../services/problems.js';
import { checkEvaluations, checkNumbers, findAdapters, findTasks, memberOf, type RawIssue } from './find-subjects.js';
import { queueAnalysis } from './queue-analysis.js';

/** Two adapters, and the tasks that their models are run on. */
export interface PlaneInput {
  readonly name?: string | undefined;
  readonly left: string;
  readonly right: string;
  /** Absent: the adapters' own. */
  readonly leftTask?: string | undefined;
  readonly rightTask?: string | undefined;
  readonly space?: FusionSpaceName | undefined;
  readonly split?: SplitName | undefined;
  readonly examples?: number | undefined;
  readonly seed?: number | undefined;
}
export interface DisentanglementInput extends PlaneInput {
  readonly axis?: GridAxis | undefined;
}
export interface LandscapeInput extends PlaneInput {
  readonly x?: GridAxis | undefined;
  readonly y?: GridAxis | undefined;
}

export type PlaneProblem = InvalidOptions | NotFound | IncompatibleAdapters | QuotaExceeded;

/** Examples of each task: the difference of two shares is then known to ±.06 at most. */
const EXAMPLES = 256;
/** From behind the base to beyond either adapter. */
const LANDSCAPE_AXIS: GridAxis = { from: -0.5, to: 1.5, steps: 21 };

export async function askDisentanglement(
  em: EntityManager,
  context: ServiceContext,
  input: DisentanglementInput,
): Promise<DisentanglementAnalysis | PlaneProblem> {
  const axis = input.axis ?? PAPER_AXIS;
  const asked = await preparePlane(em, input, [['axis', axis]], SplitName.TEST);
  if (asked instanceof Problem) return asked;
  // References that lie on the grid cost nothing.
  const singles = axisValues(axis).includes(0) ? 0 : 2 * axis.steps;
  const quota = checkEvaluations(axis.steps ** 2 + singles, 2 * asked.plane.examples);
  if (quota) return quota;
  return queueAnalysis(em, context, {
    ...asked,
    entity: DisentanglementAnalysis,
    kind: AnalysisKind.DISENTANGLEMENT,
    question: { ...asked.plane, axis: plain(axis) },
  });
}

export async function askLandscape(
  em: EntityManager,
  context: ServiceContext,
  input: LandscapeInput,
): Promise<LossLandscapeAnalysis | PlaneProblem> {
  const { x = LANDSCAPE_AXIS, y = LANDSCAPE_AXIS } = input;
  const asked = await preparePlane(
    em,
    input,
    [
      ['x', x],
      ['y', y],
    ],
    SplitName.TEST,
  );
  if (asked instanceof Problem) return asked;
  const quota = checkEvaluations(x.steps * y.steps, 2 * asked.plane.examples);
  if (quota) return quota;
  return queueAnalysis(em, context, {
    ...asked,
    entity: LossLandscapeAnalysis,
    kind: AnalysisKind.LOSS_LANDSCAPE,
    question: { ...asked.plane, x: plain(x), y: plain(y) },
  });
}

const plain = ({ from, to, steps }: GridAxis): GridAxis => ({ from, to, steps });

async function preparePlane(
  em: EntityManager,
  input: PlaneInput,
  axes: readonly (readonly [name: string, axis: GridAxis])[],
  defaultSplit: SplitName,
) {
  const { split = defaultSplit, examples = EXAMPLES, seed = 0, space = null } = input;
  const problem = checkNumbers({ name: input.name, seed, examples }) ?? checkAxes(axes);
  if (problem) return problem;
  const adapters = await findAdapters(em, [input.left, input.right], (index) => [index === 0 ? 'left' : 'right'], {
    weights: true,
  });
  if (adapters instanceof Problem) return adapters;
  const [left, right] = adapters as readonly [Adapter, Adapter];
  const issues = checkSpace(space, left, right);
  if (issues.length > 0) return new InvalidOptions(issues);
  const base = left.base.getEntity();
  const tasks: readonly AnalysedTask[] | NotFound | InvalidOptions = await findTasks(
    em,
    base,
    [
      { id: input.leftTask ?? left.task?.id ?? null, path: ['leftTask'], of: left.name },
      { id: input.rightTask ?? right.task?.id ?? null, path: ['rightTask'], of: right.name },
    ],
    [split],
  );
  if (tasks instanceof Problem) return tasks;
  return {
    name: input.name ?? null,
    base,
    members: [memberOf(left), memberOf(right)],
    tasks,
    seed,
    // ΔW's are added up in the frame where there is one, whoever asks: one question, one answer.
    plane: { split, examples, space: space === FusionSpaceName.FACTOR ? space : null },
  };
}

function checkAxes(axes: readonly (readonly [string, GridAxis])[]): InvalidOptions | QuotaExceeded | undefined {
  for (const [name, axis] of axes) {
    if (axis.steps > analysesLimits.gridSteps) {
      return new QuotaExceeded('steps of one axis', axis.steps, analysesLimits.gridSteps, [name]);
    }
    try {
      axisValues(axis);
    } catch (error) {
      if (!isCrucibleError(error)) throw error;
      return new InvalidOptions([{ code: error.code, message: `${error.message} ${error.remedy}`, path: [name] }]);
    }
  }
  return undefined;
}

/** FACTOR needs factors of one rank; in a tangent there are no factors to add up. */
function checkSpace(space: FusionSpaceName | null, left: Adapter, right: Adapter): RawIssue[] {
  const path = ['space'];
  const bad = (message: string): RawIssue[] => [{ code: 'SPACE_NOT_OFFERED', message, path }];
  if (space === FusionSpaceName.CORE) return bad('Points of a plane are sums, which CORE adds nothing to; take DELTA.');
  if (
    space === FusionSpaceName.FRAME &&
    (left.ownFrameDigest === null || left.ownFrameDigest !== right.ownFrameDigest)
  ) {
    return bad('FRAME needs adapters with one A0, which these have not; take DELTA.');
  }
  if (space !== FusionSpaceName.FACTOR) return [];
  if (left.form === 'TANGENT') return bad('Adapters in the form TANGENT are directions of weights; take DELTA.');
  if (left.rank !== right.rank) return bad('FACTOR adds up A’s and B’s, which needs adapters of one rank; take DELTA.');
  return [];
}
