import { createLowRank, recompress } from '../../algebra/index.js';
import type { AdapterFactors, AdapterModuleInfo } from '../adapter.js';
import type { UpdateSpectrum } from './inspection.js';

const FLOAT32_ROUNDING = 2 ** -24;

/** Norm and ranks of scale·B·A from the factors alone: QR of both, SVD of the small core. */
export function updateSpectrum(info: AdapterModuleInfo, factors: AdapterFactors): UpdateSpectrum {
  const { singularValues } = recompress(createLowRank(factors, info));
  const values = [...singularValues].map(Math.abs);
  const [largest = 0] = values;
  // A product of float32 factors is uncertain by their rounding times the larger side, as in numpy's matrix_rank.
  const least = largest * FLOAT32_ROUNDING * Math.max(info.inFeatures, info.outFeatures);
  const sum = values.reduce((total, value) => total + value, 0);
  const entropy = values.reduce(
    (total, value) => (value > 0 ? total - (value / sum) * Math.log(value / sum) : total),
    0,
  );
  return {
    norm: Math.sqrt(values.reduceRight((total, value) => total + value * value, 0)),
    numericalRank: values.filter((value) => value > least).length,
    effectiveRank: sum === 0 ? 0 : Math.exp(entropy),
  };
}
