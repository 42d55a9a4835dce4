/** Returns how often functions are called while work is done. They are replaced for the whole process meanwhile. */
export function countCalls(functions: readonly (readonly [owner: object, name: string])[], work: () => void): number {
  let count = 0;
  const restore = functions.map(([owner, name]) => {
    const holder = owner as Record<string, (...parameters: unknown[]) => unknown>;
    const original = holder[name]!;
    holder[name] = function (this: unknown, ...parameters) {
      count++;
      return original.apply(this, parameters);
    };
    return () => (holder[name] = original);
  });
  try {
    work();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}
