import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { GridAxis } from '@crucible/engine/analyses';
import type { Split } from '@crucible/engine/tasks';
import type { BlobStore } from '../blobs/index.js';
import type { AnalysisRequest, AnalysisWork } from '../compute/analysis-protocol.js';
import {
  Adapter,
  DisentanglementAnalysis,
  LossLandscapeAnalysis,
  OptionCurveAnalysis,
  TangentDistanceAnalysis,
  type TangentFrame,
  type Analysis,
  type SplitName,
} from '../entities/index.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about an analysis. Files are named by the digests that the question was asked about. */
export async function describeAnalysis(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  job: Analysis,
): Promise<AnalysisWork> {
  const base = await job.base.loadOrFail();
  const adapters = await em.find(
    Adapter,
    { digest: { $in: job.members.map(({ digest }) => digest) } },
    { populate: ['frame'] },
  );
  const request = requestOf(job);
  const frames = new Set(job.members.map(({ digest }) => frameOf(adapters, digest)?.id));
  const frame = frames.size === 1 && job.members.length > 0 ? frameOf(adapters, job.members[0]!.digest) : undefined;
  return {
    kind: 'ANALYSIS',
    request,
    base: request.analysis === 'COSINE' ? null : { folder: await modelFolder(blobs, home, base) },
    members: await Promise.all(
      job.members.map(async ({ name, digest, weight, statistics }) => ({
        name,
        path: await blobs.locate(digest),
        weight,
        ownFrameDigest: adapters.find((adapter) => adapter.digest === digest)?.ownFrameDigest ?? null,
        statistics: statistics && (await blobs.locate(statistics)),
      })),
    ),
    frame: frame ? await blobs.locate(frame.blob) : null,
    tasks: await Promise.all(
      job.tasks.map(async ({ name, digest, head }) => ({
        name,
        task: await blobs.locate(digest),
        head: await blobs.locate(head),
      })),
    ),
    seed: job.seed,
    // Of the question, not of the job: one that was cancelled and asked again goes on where it was.
    checkpointFolder: join(home, 'checkpoints', job.fingerprint),
    outputPath: await blobs.incoming(),
  };
}

const frameOf = (adapters: readonly Adapter[], digest: string): TangentFrame | undefined =>
  adapters.find((adapter) => adapter.digest === digest && adapter.frame !== null)?.frame?.getEntity();

const splitOf = (split: SplitName): Split => split.toLowerCase() as Split;

function requestOf(job: Analysis): AnalysisRequest {
  const axis = ({ from, to, steps }: GridAxis): GridAxis => ({ from, to, steps });
  if (job instanceof OptionCurveAnalysis) {
    const { strategy, values, points, space, outputRank, examples } = job.question;
    return { analysis: 'OPTION_CURVE', strategy, values, points, space, outputRank, examples };
  }
  if (job instanceof DisentanglementAnalysis) {
    const { axis: own, space, split, examples } = job.question;
    return { analysis: 'DISENTANGLEMENT', axis: axis(own), space, split: splitOf(split), examples };
  }
  if (job instanceof LossLandscapeAnalysis) {
    const { x, y, space, split, examples } = job.question;
    return { analysis: 'LOSS_LANDSCAPE', x: axis(x), y: axis(y), space, split: splitOf(split), examples };
  }
  if (job instanceof TangentDistanceAnalysis) {
    const { split, examples } = job.question;
    return { analysis: 'TANGENT_DISTANCE', split: splitOf(split), examples };
  }
  return { analysis: 'COSINE' };
}
