export type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> };

/** GraphQL says `null` where TypeScript says that a property is absent. */
export function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) as WithoutNulls<T>;
}

type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { [K in keyof T]: Deep<Exclude<T[K], null>> }
    : T;

/** The same at every depth. */
export function withoutNullsDeep<T extends object>(value: T): Deep<T> {
  const clean = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(clean);
    return typeof item === 'object' && item !== null ? withoutNullsDeep(item) : item;
  };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, clean(item)]])),
  ) as Deep<T>;
}
