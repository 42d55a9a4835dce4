import type * as vscode from 'vscode';

const maxRemembered = 50;

/** Remembers a value for each of the models that were used last. */
export class ModelMemory<Value> {
  /** @param key name under which the memory stores the values */
  constructor(
    private readonly memory: vscode.Memento,
    private readonly key: string,
  ) {}

  get(model: string): Value | undefined {
    return this.remembered().get(model);
  }

  /** @param value undefined to forget the model */
  async remember(model: string, value: Value | undefined): Promise<void> {
    const values = this.remembered();
    if (values.get(model) === value) return;
    // Moves the model to the end, because the oldest entries are forgotten first.
    values.delete(model);
    if (value !== undefined) values.set(model, value);
    await this.memory.update(this.key, [...values].slice(-maxRemembered));
  }

  private remembered(): Map<string, Value> {
    return new Map(this.memory.get<readonly (readonly [model: string, value: Value])[]>(this.key, []));
  }
}
