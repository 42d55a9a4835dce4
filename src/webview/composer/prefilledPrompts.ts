import type { Prefilled } from '../state/unsentStore';

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

  /** Returns the prefilled prompts whose text is part of one of `texts`. */
  containedIn(texts: readonly string[]): readonly Prefilled[] {
    return this.prompts.filter((prefilled) => texts.some((text) => text.includes(prefilled.text.trim())));
  }

  /**
   * Returns the data of the prefilled prompt that `prompt` contains, such as the code to explain. Without this data,
   * the model would not see the code.
   */
  payloadFor(prompt: string): object | undefined {
    return this.containedIn([prompt]).find(({ more }) => more)?.more;
  }

  /** Returns whether `text` is a prefilled prompt that the user has not edited. */
  isPrefilled(text: string): boolean {
    return this.prompts.some((prefilled) => prefilled.text.trim() === text.trim());
  }

  removeContainedIn(prompt: string): void {
    this.prompts = this.prompts.filter(({ text }) => !prompt.includes(text.trim()));
  }
}
