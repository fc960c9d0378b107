/** Mean over adapters and neighbouring blocks of (c_{g+1,i} − c_{g,i})²; 0 where there is one block. */
export function roughness(coefficients: readonly number[], adapters: number): number {
  const steps = coefficients.length - adapters;
  if (steps <= 0) return 0;
  let sum = 0;
  for (let i = 0; i < steps; i += 1) sum += (coefficients[i + adapters]! - coefficients[i]!) ** 2;
  return sum / steps;
}
