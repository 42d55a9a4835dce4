/** Walks through earlier prompts, oldest first. Walking begins at an empty composer and ends there. */
export class PromptHistory {
  private entries: readonly string[] = [];
  /** Index of the entry that is shown; undefined: none is. */
  private at: number | undefined;

  get browsing(): boolean {
    return this.at !== undefined;
  }

  load(entries: readonly string[]): void {
    this.entries = entries;
    this.at = undefined;
  }

  /** A prompt that was sent, or one that must not be lost; ends browsing. */
  add(prompt: string): void {
    if (this.entries.at(-1) !== prompt) this.entries = [...this.entries, prompt];
    this.at = undefined;
  }

  /** The person has changed the text: it is theirs now. */
  edited(): void {
    this.at = undefined;
  }

  /** @returns the text to show; undefined: there is nothing earlier. */
  back(): string | undefined {
    const earlier = (this.at ?? this.entries.length) - 1;
    if (earlier < 0) return undefined;
    this.at = earlier;
    return this.entries[earlier];
  }

  /** @returns the text to show, empty at the end; undefined: there is nothing later. */
  forward(): string | undefined {
    if (this.at === undefined) return undefined;
    const later = this.at + 1;
    this.at = later < this.entries.length ? later : undefined;
    return this.entries[later] ?? '';
  }
}

/** Arrows leave the text only at its edge, and only when nothing would be overwritten that can't come back. */
export function recallPrompt(
  key: string,
  input: HTMLTextAreaElement,
  history: PromptHistory,
): { readonly text: string; readonly caret: number } | undefined {
  const { value, selectionStart, selectionEnd } = input;
  if (selectionStart !== selectionEnd) return undefined;
  if (key === 'ArrowUp' && (value === '' || history.browsing) && !value.slice(0, selectionStart).includes('\n')) {
    const text = history.back();
    if (text === undefined) return undefined;
    // The end of the first line: the next arrow up goes on, and so does typing.
    const lineEnd = text.indexOf('\n');
    return { text, caret: lineEnd < 0 ? text.length : lineEnd };
  }
  if (key === 'ArrowDown' && history.browsing && !value.slice(selectionEnd).includes('\n')) {
    const text = history.forward();
    return text === undefined ? undefined : { text, caret: text.length };
  }
  return undefined;
}
