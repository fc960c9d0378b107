import type { FusedTensor, ModelFusionOutcome } from '@crucible/sdk/model';
import { FusedTreatment, ModelSpace } from '../entities/enums.js';
import type { FusedTensorReport, ModelFusionReport } from '../entities/model-fusion-run.js';

/** Tensors that are reported one by one: a large model has thousands. */
export const REPORTED_TENSORS = 50;

/** What of a fusion is kept in its row; a tied tensor is the one that it is tied to, and its norms count once. */
export function reportModelFusion(outcome: ModelFusionOutcome): ModelFusionReport {
  const { digest, byteLength, roundedTo, tensors, notes } = outcome;
  const count = (treatment: FusedTensor['treatment']): number =>
    tensors.filter((tensor) => tensor.treatment === treatment).length;
  const fused = tensors.flatMap((tensor) => describe(tensor) ?? []);
  const own = fused.filter(({ treatment }) => treatment !== FusedTreatment.TIED);
  const models = own[0]?.modelNorms.length ?? outcome.fingerprints.models.length;
  const changed = fused.filter(({ outputNorm }) => outputNorm > 0);
  return {
    space: ModelSpace.FULL,
    digest,
    byteLength,
    roundedTo: [...roundedTo],
    tensors: {
      combined: count('COMBINED'),
      merged: count('MERGED'),
      tied: count('TIED'),
      copied: count('COPIED'),
    },
    changedTensors: changed.length,
    modelNorms: Array.from({ length: models }, (_, i) => Math.hypot(...own.map(({ modelNorms }) => modelNorms[i]!))),
    outputNorm: Math.hypot(...own.map(({ outputNorm }) => outputNorm)),
    mostChanged: changed.toSorted((x, y) => y.outputNorm - x.outputNorm).slice(0, REPORTED_TENSORS),
    notes: [...notes],
  };
}

function describe(tensor: FusedTensor): FusedTensorReport | undefined {
  const { name, dtype, shape, treatment, coefficients, norms } = tensor;
  if (norms === undefined) return undefined;
  return {
    name,
    dtype,
    shape: [...shape],
    treatment: FusedTreatment[treatment],
    coefficients: coefficients ? [...coefficients] : null,
    modelNorms: [...norms.models],
    outputNorm: norms.output,
  };
}
