import type * as vscode from 'vscode';

const maxRemembered = 100;

/**
 * Remembers a value for each model. If there are too many models, those whose values were stored longest ago are
 * forgotten.
 */
export class ModelMemory<Value> {
  /**
   * @param key key of the values in VS Code's state storage
   * @param valueIn validates a stored value, and returns undefined for a damaged value, which is ignored
   */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly key: string,
    private readonly valueIn: (storedValue: unknown) => Value | undefined,
  ) {}

  get(model: string): Value | undefined {
    return this.all().get(model);
  }

  /**
   * Remembers a value for a model.
   * @param value the value, or undefined to forget the model
   */
  async remember(model: string, value: Value | undefined): Promise<void> {
    const values = this.all();
    if (values.get(model) === value) return;
    // The model is moved to the end of the list, because models at the start of the list are forgotten first.
    values.delete(model);
    if (value !== undefined) values.set(model, value);
    await this.memory.update(this.key, [...values].slice(-maxRemembered));
  }

  /**
   * Values are stored as a list of pairs. In an object, a model with the name of a built-in property, such as
   * `constructor`, would cause errors.
   */
  all(): Map<string, Value> {
    const storedValue: unknown = this.memory.get(this.key);
    const pairs: readonly unknown[] = Array.isArray(storedValue) ? storedValue : [];
    return new Map(
      pairs.flatMap((pair) => {
        const [model, storedValue] = (Array.isArray(pair) ? pair : []) as readonly unknown[];
        const value = this.valueIn(storedValue);
        return typeof model === 'string' && value !== undefined ? [[model, value] as const] : [];
      }),
    );
  }
}
