const key = 'holysheep.promptHistory';
const limit = 100;
/** Characters of a prompt that are worth keeping for an arrow up: VS Code reads all of it at each start. */
const longest = 4000;

/** The part of `vscode.Memento` that is needed. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

/** The last prompts, oldest first, for the composer's arrow up. */
export class PromptHistory {
  constructor(private readonly store: Store) {}

  list(): readonly string[] {
    const kept = this.store.get(key);
    return Array.isArray(kept) ? kept.filter((prompt) => typeof prompt === 'string') : [];
  }

  /** A prompt that is asked again moves to the end; one that is very long is in its conversation alone. */
  async add(prompt: string): Promise<void> {
    if (prompt.length > longest) return;
    const others = this.list().filter((earlier) => earlier !== prompt);
    await this.store.update(key, [...others, prompt].slice(-limit));
  }
}
