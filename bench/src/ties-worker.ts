import { parentPort } from 'node:worker_threads';
import { countDifferences, mergeDifferences, type DisjointMember, type DisjointRule } from '@crucible/engine/kernels';

/** Stretches of the shared tensors that one request is about, in bytes. */
export interface TiesRequest {
  readonly base: SharedArrayBuffer;
  readonly models: readonly SharedArrayBuffer[];
  readonly output: SharedArrayBuffer;
  readonly begin: number;
  readonly end: number;
  readonly work:
    | { readonly kind: 'COUNT'; readonly round: 0 | 1; readonly prefixes: readonly number[] }
    | { readonly kind: 'MERGE'; readonly members: readonly DisjointMember[]; readonly rule: DisjointRule };
}

parentPort?.on('message', ({ base, models, output, begin, end, work }: TiesRequest) => {
  const stream = (buffer: SharedArrayBuffer) => ({
    bytes: new Uint8Array(buffer, begin, end - begin),
    dtype: 'BF16' as const,
  });
  if (work.kind === 'MERGE') {
    mergeDifferences(stream(base), models.map(stream), work.members, work.rule, stream(output));
    parentPort!.postMessage([], []);
    return;
  }
  const counts = models.map((model, m) =>
    countDifferences({ base: stream(base), model: stream(model) }, work.round, work.prefixes[m]),
  );
  parentPort!.postMessage(counts, []);
});
