/**
 * A stream that is still being fetched. Leaving it reaches the stream at once, also while its next item is awaited:
 * the `return` of a generator would stand in line behind that.
 */
export function lateStream<T>(started: Promise<AsyncIterable<T>>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<T> {
      const iterator = started.then((stream) => stream[Symbol.asyncIterator]());
      // Whoever asks for the next item hears of a failure; until then it must not count as unhandled.
      iterator.catch(() => undefined);
      return {
        next: async () => (await iterator).next(),
        return: async () => {
          const left = await (await iterator).return?.();
          return left ?? { done: true, value: undefined };
        },
      };
    },
  };
}
