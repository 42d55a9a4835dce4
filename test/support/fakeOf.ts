/** Returns an object of which a test uses only the given members. */
export function fakeOf<T>(used: Partial<T>): T {
  return used as T;
}
