import type { Prefilled } from '../../shared/unsent';
/** Earlier prompts that the arrow keys bring back into the composer, oldest first. */
export class PromptHistory {
  private entries: readonly string[] = [];
  /** Index of the prompt that the user has recalled. Undefined while the user is not browsing the prompt history. */
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

  /**
   * Returns the next newer prompt of the history, or an empty text after the newest prompt. Returns undefined if the
   * user is not browsing the history.
   */
  forward(): string | undefined {
    if (this.index === undefined) return undefined;
    const next = this.index + 1;
    this.index = next < this.entries.length ? next : undefined;
    return this.entries[next] ?? '';
  }
}

/**
 * Returns the prompt that an arrow key recalls, and the caret position in it. Returns undefined if the key can still
 * move the caret within the text, or if the prompt would overwrite a draft.
 */
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
    // Places the caret at the end of the first line, where another press of the up arrow recalls the previous prompt.
    const lineEnd = text.indexOf('\n');
    return { text, caret: lineEnd < 0 ? text.length : lineEnd };
  }
  if (key === 'ArrowDown' && history.isBrowsing && !value.slice(selectionEnd).includes('\n')) {
    const text = history.forward();
    return text === undefined ? undefined : { text, caret: text.length };
  }
  return undefined;
}

/**
 * Prompts that commands have put into the composer (prefilled prompts), newest first. The user might have edited them
 * since then.
 */
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

  /**
   * Returns the data that belongs to a prefilled prompt, such as the code to explain. Without this data, the model
   * would not see the code.
   */
  payloadFor(prompt: string): object | undefined {
    return this.containedIn([prompt]).find(({ more }) => more)?.more;
  }

  /** Returns the models that the user has chosen for a prefilled prompt. */
  modelsFor(prompt: string): readonly string[] {
    const models: unknown = Reflect.get(this.payloadFor(prompt) ?? {}, 'models');
    return Array.isArray(models) ? models.map(String) : [];
  }

  isPrefilled(text: string): boolean {
    return this.prompts.some((prefilled) => prefilled.text.trim() === text.trim());
  }

  removeContainedIn(prompt: string): void {
    this.prompts = this.prompts.filter(({ text }) => !prompt.includes(text.trim()));
  }
}
