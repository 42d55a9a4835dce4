/** Returns a fake object that has only the members that a test needs. */
export function fake<T>(members: Partial<T>): T {
  return members as T;
}
