/**
 * Loads something when it is first needed. What can't be loaded is tried again the next time: an update may be replacing
 * our files under a window that is open.
 */
export function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
