/** A strategy of one of our plugin packages, by its folder: what the package exports as its plugin. */
export async function strategyOf(folder, id) {
  const { default: plugin } = await import(`../../plugins/${folder}/dist/index.js`);
  return plugin.strategies.find((strategy) => strategy.id === id);
}
