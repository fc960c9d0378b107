/** decay · mean (c − c₀)², and its slope. */
export function pullToStart(
  origin: readonly number[],
  decay: number,
): (point: readonly number[]) => { readonly penalty: number; readonly slope: readonly number[] } {
  const share = decay / origin.length;
  return (point) => ({
    penalty: share * point.reduce((sum, x, i) => sum + (x - origin[i]!) ** 2, 0),
    slope: point.map((x, i) => 2 * share * (x - origin[i]!)),
  });
}
