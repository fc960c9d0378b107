import { adapterLimits, type AdapterManifest } from '@crucible/engine/adapters';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FusionMember } from '../fusion-run.js';

export interface OutputDescription {
  readonly name: string;
  readonly strategy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly outputRank?: number | undefined;
  readonly seed: number;
  readonly rank: number;
  readonly scale: number;
  /** Whether every module is still in the tangent frame. */
  readonly framed: boolean;
  readonly members: readonly FusionMember[];
  /** The adapter that the output is for, where each gets one of its own. */
  readonly position?: number;
}

/**
 * The manifest of a fused adapter. A fusion in FRAME space at the frame's rank is again an adapter of that frame and of its method, and can be fused
 * on; any other is a plain LoRA. Of adapters that are tangents of the network the result is one too, and there linear rules are exact. Provenance holds what made it and nothing that changes from run to run, so that the same fusion has the same bytes.
 */
export function outputManifest(output: OutputDescription): AdapterManifest {
  const { members, rank, scale, space, framed } = output;
  const manifests = members.map(({ adapter }) => adapter.manifest);
  const [first] = manifests;
  const own = output.position === undefined ? undefined : manifests[output.position];
  const tangent = manifests.every(({ form }) => form === 'TANGENT');
  const methods = new Set(manifests.map(({ method }) => method));
  return {
    version: 1,
    name: own ? `${output.name} for ${own.name}`.slice(0, adapterLimits.nameCharacters) : output.name,
    method: (framed || tangent) && methods.size === 1 ? first!.method : 'LORA',
    rank,
    alpha: scale * rank,
    scale,
    targetModules: [...new Set((own ? [own] : manifests).flatMap(({ targetModules }) => targetModules))].sort(),
    baseDigest: first!.baseDigest,
    ...(tangent && { form: 'TANGENT' }),
    ...(framed && first!.frameDigest !== undefined && { frameDigest: first!.frameDigest }),
    provenance: {
      kind: 'FUSION',
      strategy: output.strategy,
      options: JSON.stringify(output.options),
      space,
      ...(output.outputRank !== undefined && { outputRank: output.outputRank }),
      seed: output.seed,
      ...(output.position !== undefined && { position: output.position }),
      members: JSON.stringify(members.map(({ adapter, weight }) => [adapter.digest, weight])),
      ...(members.some(({ statistics }) => statistics) && {
        statistics: JSON.stringify(members.map(({ statistics }) => statistics?.digest ?? null)),
      }),
    },
  };
}
