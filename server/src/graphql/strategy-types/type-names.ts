/** `taskArithmetic` → `TaskArithmetic`. */
export const pascalCase = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** `paper`, `magPrune`, `mag-prune` → `PAPER`, `MAG_PRUNE`, `MAG_PRUNE`: how GraphQL spells the values of an enum. */
export const screamingSnakeCase = (value: string): string =>
  value
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
