import type { Prefilled } from '../state/unsentStore';

/** Prompts that commands have put into the composer. They may stand there, be part of the draft, or come back. */
export class PrefilledPrompts {
  /** The latest first. */
  private all: readonly Prefilled[] = [];

  add(prefilled: Prefilled): void {
    this.all = [prefilled, ...this.all.filter(({ text }) => text !== prefilled.text)];
  }

  /** Prompts that an earlier page has left. */
  restore(prefilled: readonly Prefilled[]): void {
    this.all = [...this.all, ...prefilled];
  }

  /** Those that must be kept with these texts. */
  partOf(texts: readonly string[]): readonly Prefilled[] {
    return this.all.filter(({ text }) => texts.some((each) => each.includes(text.trim())));
  }

  /** What goes along with a prompt that has such a text in it: its words alone would ask for something else. */
  moreFor(prompt: string): object | undefined {
    return this.partOf([prompt]).find(({ more }) => more)?.more;
  }

  /** Whether nothing but such a text stands in the composer. */
  isAllOf(draft: string): boolean {
    return this.allOf(draft) !== undefined;
  }

  /** Nothing of the prompt is to come back. */
  taken(prompt: string): void {
    this.all = this.all.filter(({ text }) => !prompt.includes(text.trim()));
  }

  /** There is a key, so nothing waits any longer. @returns whether the draft has waited for the key */
  keyArrived(draft: string): boolean {
    const isAwaited = this.allOf(draft)?.awaitsKey ?? false;
    if (this.all.some(({ awaitsKey }) => awaitsKey)) {
      this.all = this.all.map(({ text, more }) => ({ text, more }));
    }
    return isAwaited;
  }

  private allOf(draft: string): Prefilled | undefined {
    return this.all.find(({ text }) => text.trim() === draft.trim());
  }
}
