/** `vscode.EventEmitter` without `vscode`, so that conversations run and are tested in plain Node. */
export class Listeners<T> {
  private readonly callbacks = new Set<(value: T) => void>();

  /** @param onError is given what a listener throws: the others and the caller have no part in it. */
  constructor(private readonly onError: (error: unknown) => void) {}

  readonly event = (listener: (value: T) => unknown): { dispose(): void } => {
    // A fresh function for each subscription: the same listener may subscribe twice.
    const call = (value: T): void => {
      listener(value);
    };
    this.callbacks.add(call);
    return { dispose: () => void this.callbacks.delete(call) };
  };

  fire(value: T): void {
    for (const call of [...this.callbacks]) {
      try {
        call(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}
