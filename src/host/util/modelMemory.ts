import type * as vscode from 'vscode';

const maxRemembered = 100;

/** Remembers a value for each of the models for which one was stored last. */
export class ModelMemory<Value> {
  /**
   * @param key name under which the memory stores the values
   * @param valueIn returns undefined for a damaged value, which is ignored
   */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly key: string,
    private readonly valueIn: (stored: unknown) => Value | undefined,
  ) {}

  get(model: string): Value | undefined {
    return this.all().get(model);
  }

  /** @param value undefined to forget the model */
  async remember(model: string, value: Value | undefined): Promise<void> {
    const values = this.all();
    if (values.get(model) === value) return;
    // Moves the model to the end, because the oldest entries are forgotten first.
    values.delete(model);
    if (value !== undefined) values.set(model, value);
    await this.memory.update(this.key, [...values].slice(-maxRemembered));
  }

  /** Stored as pairs, because a model may have the name of a property that every object has. */
  all(): Map<string, Value> {
    const stored: unknown = this.memory.get(this.key);
    const pairs: readonly unknown[] = Array.isArray(stored) ? stored : [];
    return new Map(
      pairs.flatMap((pair) => {
        const [model, storedValue] = (Array.isArray(pair) ? pair : []) as readonly unknown[];
        const value = this.valueIn(storedValue);
        return typeof model === 'string' && value !== undefined ? [[model, value] as const] : [];
      }),
    );
  }
}
