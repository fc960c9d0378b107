export type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> };

/** GraphQL says `null` where TypeScript says that a property is absent. */
export function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null)) as WithoutNulls<T>;
}
