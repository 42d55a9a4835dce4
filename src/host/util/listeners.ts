/** An event emitter that does not import `vscode`, so that conversations can be tested in Node.js. */
export class Listeners<T> {
  private readonly callbacks = new Set<(value: T) => void>();

  /** @param onError receives the error of a listener, which affects neither other listeners nor `fire` */
  constructor(private readonly onError: (error: unknown) => void) {}

  readonly event = (listener: (value: T) => unknown): { dispose(): void } => {
    // Creates a new function for each subscription, because the same listener may subscribe twice and each subscription
    // must end separately.
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
