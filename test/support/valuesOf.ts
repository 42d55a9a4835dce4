/** Returns the value of one property of each item, such as the ids of exchanges. */
export function valuesOf<T, K extends keyof T>(items: readonly T[], property: K): T[K][] {
  return items.map((item) => item[property]);
}

/** Returns the values of some properties of each item, as one row for each item. */
export function rowsOf<T>(items: readonly T[], ...properties: readonly (keyof T)[]): T[keyof T][][] {
  return items.map((item) => properties.map((property) => item[property]));
}
