/** Something that is made when it is first needed: most turns of a long conversation are not looked at. */
export interface Later<T> {
  get(): T;
  /** Absent: nobody has needed it. */
  readonly made: T | undefined;
}

export function later<T>(make: () => T): Later<T> {
  let made: T | undefined;
  return {
    get: () => (made ??= make()),
    get made() {
      return made;
    },
  };
}
