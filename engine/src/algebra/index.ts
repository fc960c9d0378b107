export { coreBasis, fromCore, projectToCore, type CoreBasis } from './core-basis.js';
export { algebraErrors } from './errors.js';
export { taskUpdate, toFactors, type Factors } from './factors.js';
export { expandCore, expandTriples, jointSpan, type JointSpan } from './joint-span.js';
export {
  concatenate,
  cosine,
  createLowRank,
  energyOfFirst,
  innerProduct,
  norm,
  projectedEnergy,
  recompress,
  relativeError,
  toDense,
  type LowRank,
  type Recompressed,
} from './low-rank.js';
export {
  addMatrices,
  createMatrix,
  dotMatrices,
  frobeniusNorm,
  joinColumns,
  joinRows,
  matrixFrom,
  scaleColumns,
  scaleMatrix,
  scaleRows,
  sliceColumns,
  sliceRows,
  subtractMatrices,
  toFloat32,
  transpose,
  type Matrix,
} from './matrix.js';
export { gram, gramOfRows, multiply, multiplyByTranspose, multiplyByUpper, multiplyTransposed } from './multiply.js';
export { countAbove, polarFactor } from './polar.js';
export { signsOfColumns, signsOfRows } from './signs.js';
export { svd, type Svd } from './svd.js';
export { thinQr, type ThinQr } from './thin-qr.js';
export {
  balanceFactors,
  truncatedSvd,
  type DenseMatrix,
  type DenseProducts,
  type TruncatedSvd,
  type TruncatedSvdOptions,
} from './truncated-svd.js';
