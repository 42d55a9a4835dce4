/** Returns the value of one property of each item, such as the ids of exchanges. */
export function valuesOf<T, K extends keyof T>(items: readonly T[], property: K): T[K][] {
  return items.map((item) => item[property]);
}
