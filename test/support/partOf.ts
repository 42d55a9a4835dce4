/** Returns the part of an object that a test needs, as the whole object. */
export function partOf<T>(part: Partial<T>): T {
  return part as T;
}
