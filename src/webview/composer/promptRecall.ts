import type { Prefilled } from '../state/unsentStore';
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

/** The prompts that commands have put into the composer, newest first. The user may have edited them since then. */
export class PrefilledPrompts {
  private prompts: readonly Prefilled[] = [];

  add(prefilled: Prefilled): void {
    this.prompts = [prefilled, ...this.prompts.filter(({ text }) => text !== prefilled.text)];
  }

  restore(prefilled: readonly Prefilled[]): void {
    this.prompts = [...this.prompts, ...prefilled];
  }

  clear(): void {
    this.prompts = [];
  }

  containedIn(texts: readonly string[]): readonly Prefilled[] {
    return this.prompts.filter((prefilled) => texts.some((text) => text.includes(prefilled.text.trim())));
  }

  /** Returns data such as the code to explain, without which the model would not see the code. */
  payloadFor(prompt: string): object | undefined {
    return this.containedIn([prompt]).find(({ more }) => more)?.more;
  }

  isPrefilled(text: string): boolean {
    return this.prompts.some((prefilled) => prefilled.text.trim() === text.trim());
  }

  removeContainedIn(prompt: string): void {
    this.prompts = this.prompts.filter(({ text }) => !prompt.includes(text.trim()));
  }
}
