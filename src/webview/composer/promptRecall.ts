/** The prompts that the arrow keys bring back, oldest first. */
export class PromptHistory {
  private entries: readonly string[] = [];
  /** Index of the prompt that the user has recalled; undefined when the user is not browsing the history. */
  private index: number | undefined;

  get isBrowsing(): boolean {
    return this.index !== undefined;
  }

  load(entries: readonly string[]): void {
    this.entries = entries;
    this.index = undefined;
  }

  add(prompt: string): void {
    if (this.entries.at(-1) !== prompt) this.entries = [...this.entries, prompt];
    this.index = undefined;
  }

  stopBrowsing(): void {
    this.index = undefined;
  }

  back(): string | undefined {
    const previous = (this.index ?? this.entries.length) - 1;
    if (previous < 0) return undefined;
    this.index = previous;
    return this.entries[previous];
  }

  /** Returns an empty text after the last prompt, and undefined when the user is not browsing. */
  forward(): string | undefined {
    if (this.index === undefined) return undefined;
    const next = this.index + 1;
    this.index = next < this.entries.length ? next : undefined;
    return this.entries[next] ?? '';
  }
}

/** Returns undefined if the key can still move the caret within the text, or if the prompt would overwrite a draft. */
export function recallPrompt(
  key: string,
  input: HTMLTextAreaElement,
  history: PromptHistory,
): { readonly text: string; readonly caret: number } | undefined {
  const { value, selectionStart, selectionEnd } = input;
  if (selectionStart !== selectionEnd) return undefined;
  if (key === 'ArrowUp' && (value === '' || history.isBrowsing) && !value.slice(0, selectionStart).includes('\n')) {
    const text = history.back();
    if (text === undefined) return undefined;
    // Moves the caret to the end of the first line, where another arrow up recalls the previous prompt.
    const lineEnd = text.indexOf('\n');
    return { text, caret: lineEnd < 0 ? text.length : lineEnd };
  }
  if (key === 'ArrowDown' && history.isBrowsing && !value.slice(selectionEnd).includes('\n')) {
    const text = history.forward();
    return text === undefined ? undefined : { text, caret: text.length };
  }
  return undefined;
}
