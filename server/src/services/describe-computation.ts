import { isCrucibleError } from '@crucible/engine/errors';
import { parseModelConfig, type Architecture } from '@crucible/engine/models';

export interface ModelComputation {
  readonly family: string;
  readonly reads: readonly string[];
  readonly gives: readonly string[];
  /** Last parts of the names of linear layers. */
  readonly targetModules: readonly string[];
  readonly linearLayers: number;
  readonly imageSize: number | null;
  readonly maxTokens: number | null;
  readonly vocabulary: number | null;
}

/** What Crucible computes of a model with that config.json, or why it computes nothing: its adapters are fused all the same. */
export type ComputationAnswer =
  { readonly computation: ModelComputation; readonly why: null } | { readonly computation: null; readonly why: string };

export function describeComputation(config: Readonly<Record<string, unknown>>): ComputationAnswer {
  try {
    return { computation: describe(parseModelConfig('its config.json', config)), why: null };
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    return { computation: null, why: error.message };
  }
}

const describe = ({
  family,
  inputs,
  outputs,
  linearLayers,
  imageGeometry,
  textGeometry,
}: Architecture): ModelComputation => ({
  family,
  reads: inputs.map((kind) => kind.toUpperCase()),
  gives: outputs.map((kind) => kind.toUpperCase()),
  targetModules: [...new Set([...linearLayers.keys()].map((name) => name.slice(name.lastIndexOf('.') + 1)))].sort(),
  linearLayers: linearLayers.size,
  imageSize: imageGeometry?.imageSize ?? null,
  maxTokens: textGeometry?.maxTokens ?? null,
  vocabulary: textGeometry?.vocabulary ?? null,
});
