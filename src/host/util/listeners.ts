/**
 * An event emitter that does not import `vscode`. Classes that use this emitter, such as the conversations, can be
 * tested in plain Node.js.
 */
export class Listeners<T> {
  private readonly callbacks = new Set<(value: T) => void>();

  /**
   * @param onError receives the error of a listener. Such an error affects neither other listeners nor the caller of
   * `fire`.
   */
  constructor(private readonly onError: (error: unknown) => void) {}

  readonly event = (listener: (value: T) => unknown): { dispose(): void } => {
    // Each subscription gets a new function, because the same listener can subscribe twice, and each subscription must
    // end separately.
    const callback = (value: T): void => {
      listener(value);
    };
    this.callbacks.add(callback);
    return { dispose: () => void this.callbacks.delete(callback) };
  };

  fire(value: T): void {
    for (const callback of Array.from(this.callbacks)) {
      try {
        callback(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
