import type { AdapterComparison, SignAgreement } from '@crucible/engine/diagnostics';
import { Arg, Ctx, Float, ID, Int, Query, Resolver } from 'type-graphql';
import { FusionSpaceName, type Adapter } from '../../entities/index.js';
import {
  compareSimilarity,
  planRun,
  previewRun,
  type AnalysisContext,
  type PlannedFusion,
} from '../../services/ask-analyst.js';
import { Issue, Problem, type FuseInput as ServiceFuseInput } from '../../services/index.js';
import type { ApiContext } from '../context/api-context.js';
import { readStrategyInput } from '../strategy-types/read-strategy-input.js';
import {
  AdapterPreview,
  FusionPlan,
  FusionPlanResult,
  FusionPreview,
  FusionPreviewResult,
  NotComputable,
  PlannedResult,
  PlannedRun,
  SecondsBasis,
  SimilarityReport,
  SimilarityResult,
} from '../types/analysis.js';
import { checkMembers } from '../types/check-members.js';
import { FuseInput } from '../types/job-inputs.js';
import { withoutNulls } from '../types/without-nulls.js';

/** Rows of each module that are looked at for signs unless asked otherwise: two seconds on a model of a billion parameters, and margins far below a percent. */
const SIGN_ROWS = 64;

@Resolver()
export class AnalysisResolver {
  @Query(() => SimilarityResult, {
    description:
      'What adapters have in common and where they clash: cosines, norms, signs, overlap of their spaces, effective ranks, energy by layer, and what cutting their sum to a rank would lose. Needs no base model.',
  })
  async similarity(
    @Arg('adapters', () => [ID], { description: 'Adapters of one base model.' }) ids: string[],
    @Arg('weights', () => [Float], {
      nullable: true,
      description: 'Of the sum whose truncation is predicted, one per adapter. Left out: 1 each.',
    })
    weights: number[] | null,
    @Arg('signRows', () => Int, {
      defaultValue: SIGN_ROWS,
      description:
        'Most rows of each module that are looked at for signs, which take the dense entries: fewer than a module has make an estimate with its margin. 0: no signs.',
    })
    signRows: number,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof SimilarityResult> {
    const problem = checkMembers({ adapters: ids.map((id) => ({ id })) });
    if (problem) return asComparison(problem);
    const asked = { adapters: ids, signRows: Math.max(0, signRows), ...(weights && { weights }) };
    const found = await compareSimilarity(em, contextOf(platform), asked);
    if (found instanceof Problem) return asComparison(found);
    if ('problem' in found.outcome) return new NotComputable(found.outcome.problem);
    return reportOf(found.adapters, found.outcome.answer);
  }

  @Query(() => FusionPlanResult, {
    description:
      'What `fuse` would do with the same input, from the adapters’ headers: space, tensors, bytes, ranks, memory, seconds, and every incompatibility. Queues nothing.',
  })
  async planFusion(
    @Arg('input', () => FuseInput, { description: 'What to fuse, and how.' }) input: FuseInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof FusionPlanResult> {
    const problem = checkMembers(input);
    // An adapter given twice is an issue like others: a plan lists them all.
    const twice = problem && 'issues' in problem ? problem : undefined;
    if (problem && !('issues' in problem)) return problem;
    const planned = await planRun(em, contextOf(platform), readInput(input, platform));
    if (planned instanceof Problem) return planned as typeof FusionPlanResult;
    if ('problem' in planned) return new NotComputable(planned.problem);
    return planOf(planned, twice?.issues ?? []);
  }

  @Query(() => FusionPreviewResult, {
    description:
      'What `fuse` would give with the same input, in memory: norms, errors at the output rank, cosines and retained energy. The first preview of some adapters factorizes them; those after it, with other weights, options or ranks, take milliseconds.',
  })
  async previewFusion(
    @Arg('input', () => FuseInput, { description: 'What to fuse, and how.' }) input: FuseInput,
    @Ctx() { em, platform }: ApiContext,
  ): Promise<typeof FusionPreviewResult> {
    const problem = checkMembers(input);
    if (problem) return problem;
    const found = await previewRun(em, contextOf(platform), readInput(input, platform));
    if (found instanceof Problem) return found;
    if ('problem' in found.outcome) return new NotComputable(found.outcome.problem);
    const { preview, prepareSeconds, seconds } = found.outcome.answer;
    const adapters = preview.perAdapter.map(({ cosine, retainedEnergy }, position) =>
      Object.assign(new AdapterPreview(), { adapter: found.adapters[position]!, cosine, retainedEnergy }),
    );
    const { space, outputRank, norm, relativeError, retainedEnergy, modules } = preview;
    return Object.assign(new FusionPreview(), {
      space: FusionSpaceName[space],
      outputRank,
      norm,
      relativeError,
      retainedEnergy,
      adapters,
      modules,
      prepareSeconds,
      seconds,
    });
  }
}

type PlatformOfContext = ApiContext['platform'];

function contextOf(platform: PlatformOfContext): Parameters<typeof planRun>[1] & AnalysisContext {
  const { plugins, blobs, analyst, queue, backend } = platform;
  return { plugins, blobs, analyst, queue, backend: backend.name };
}

function readInput(input: FuseInput, { plugins }: PlatformOfContext): ServiceFuseInput {
  const { strategy, options } = readStrategyInput(input.strategy, plugins.strategies);
  return {
    ...withoutNulls(input),
    adapters: input.adapters.map(({ id, weight }) => ({ adapter: id, weight })),
    strategy: { id: strategy, options },
  };
}

/** An adapter that is compared with itself is no fusion that is wrong. */
function asComparison(problem: Problem): typeof SimilarityResult {
  return 'issues' in problem ? new NotComputable(problem) : (problem as typeof SimilarityResult);
}

function planOf({ plan, issues, evaluateOn, measured }: PlannedFusion, more: readonly Issue[]): FusionPlan {
  const all = [...issues.map((issue) => new Issue(issue)), ...more];
  const { run } = plan;
  return Object.assign(new FusionPlan(), {
    ready: all.length === 0,
    issues: all,
    space: FusionSpaceName[plan.space],
    spaceReason: plan.spaceReason,
    evaluateOn,
    run:
      run === undefined
        ? null
        : Object.assign(new PlannedRun(), {
            ...run,
            result: PlannedResult[run.result],
            seconds: measured?.seconds ?? run.seconds,
            secondsBasis: measured ? SecondsBasis.RUNS : SecondsBasis.CALIBRATION,
            secondsRuns: measured?.runs ?? 0,
          }),
  });
}

function reportOf(adapters: readonly Adapter[], compared: AdapterComparison): SimilarityReport {
  return Object.assign(new SimilarityReport(), {
    adapters: adapters.map((adapter, position) => ({ adapter, norm: compared.norms[position]! })),
    pairs: compared.pairs.map((pair) => ({
      ...pair,
      normRatio: Number.isFinite(pair.normRatio) ? pair.normRatio : null,
      signConflict: conflictOf(compared.signs, pair.left, pair.right),
    })),
    modules: compared.modules.map(({ module, outFeatures, inFeatures, holders, updates, pairs, sum, signs }) => ({
      module,
      outFeatures,
      inFeatures,
      updates: updates.map((update, place) => ({
        ...update,
        adapter: holders[place]!,
        singularValues: [...update.singularValues],
      })),
      pairs: pairs.map((pair) => ({
        left: holders[pair.left]!,
        right: holders[pair.right]!,
        cosine: pair.cosine,
        columnOverlap: pair.columnOverlap,
        rowOverlap: pair.rowOverlap,
        columnCosines: [...pair.columnCosines],
        rowCosines: [...pair.rowCosines],
        signConflict: conflictOf(signs, pair.left, pair.right),
      })),
      truncationErrors: errorsOf(sum.tailEnergies),
      signConflict: signs?.signConflict ?? null,
      cancellation: signs?.cancellation ?? null,
    })),
    layers: compared.layers.map((layer) => ({ ...layer, energies: [...layer.energies] })),
    weights: [...compared.weights],
    truncationErrors: [...compared.truncationErrors],
    signConflict: compared.signs?.signConflict ?? null,
    cancellation: compared.signs?.cancellation ?? null,
  });
}

function conflictOf(signs: SignAgreement | undefined, left: number, right: number) {
  const pair = signs?.pairs.find((each) => each.left === left && each.right === right);
  return pair ? { value: pair.value, margin: pair.margin } : null;
}

const errorsOf = (tails: Float64Array): number[] =>
  Array.from(tails.subarray(1), (tail) => (tails[0] === 0 ? 0 : Math.sqrt(tail / tails[0]!)));
