export { analysisRoutes } from './analysis-routes.js';
export { askCosine } from './ask-cosine.js';
export { askOptionCurve } from './ask-curve.js';
export { askDisentanglement, askLandscape } from './ask-plane.js';
export { askTangentDistance } from './ask-tangent.js';
export { readData } from './analysis-data.js';
