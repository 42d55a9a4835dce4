import type { ExchangeSnapshot } from '../../shared/protocol';
import type { Prefilled } from './unsentStore';

/** The prompts that commands have put into the composer. The user may have edited them since then. */
export class PrefilledPrompts {
  /** The prefilled prompts, newest first. */
  private prompts: readonly Prefilled[] = [];

  add(prefilled: Prefilled): void {
    this.prompts = [prefilled, ...this.prompts.filter(({ text }) => text !== prefilled.text)];
  }

  /** Adds prefilled prompts from the `UnsentStore`, for example after a reload. */
  restore(prefilled: readonly Prefilled[]): void {
    this.prompts = [...this.prompts, ...prefilled];
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

  /** Returns whether the draft is a prefilled prompt that the user has not edited. */
  isPrefilled(draft: string): boolean {
    return this.prompts.some(({ text }) => text.trim() === draft.trim());
  }

  /** Removes the prefilled prompts that are part of a sent prompt. */
  removeContainedIn(prompt: string): void {
    this.prompts = this.prompts.filter(({ text }) => !prompt.includes(text.trim()));
  }
}

type SentPrompt = Pick<ExchangeSnapshot, 'id' | 'prompt'>;

/** Sent prompts that the host has not confirmed. They must not be lost if the page is closed or the host stops. */
export class PendingPrompts {
  private sent: readonly string[] = [];

  /**
   * @param recovered pending prompts from the `UnsentStore`, which stay pending until they are sent again or found in
   * the conversation
   */
  constructor(private recovered: readonly string[] = []) {}

  get all(): readonly string[] {
    return [...this.recovered, ...this.sent];
  }

  add(prompt: string): void {
    this.recovered = withoutFirst(this.recovered, prompt);
    this.sent = [...this.sent, prompt];
  }

  addRecovered(prompts: readonly string[]): void {
    this.recovered = [...this.recovered, ...prompts];
  }

  /** Removes a prompt that the host has received. @returns whether the prompt was pending */
  confirm(prompt: string): boolean {
    const isPending = this.all.includes(prompt);
    if (this.sent.includes(prompt)) this.sent = withoutFirst(this.sent, prompt);
    else this.recovered = withoutFirst(this.recovered, prompt);
    return isPending;
  }

  /** Removes all pending prompts. @returns those that are not among the `received` prompts */
  takeUnconfirmed(received: readonly string[]): readonly string[] {
    let unmatched = received;
    const unconfirmed = this.all.filter((prompt) => {
      const isReceived = unmatched.includes(prompt);
      unmatched = withoutFirst(unmatched, prompt);
      return !isReceived;
    });
    this.recovered = this.sent = [];
    return unconfirmed;
  }
}

/**
 * Returns the prompts of a conversation that were added after the last exchange that a page has shown.
 * @param lastSeenId id of that exchange. If the conversation no longer contains the exchange, because its prompt was
 * edited, all prompts are returned.
 */
export function promptsSince(exchanges: readonly SentPrompt[], lastSeenId: string | undefined): readonly string[] {
  const lastSeenIndex = exchanges.findIndex(({ id }) => id === lastSeenId);
  return exchanges.slice(lastSeenIndex + 1).map(({ prompt }) => prompt);
}

/** Returns the prompts without the first occurrence of `prompt`. */
export function withoutFirst(prompts: readonly string[], prompt: string): readonly string[] {
  const index = prompts.indexOf(prompt);
  return index < 0 ? prompts : prompts.toSpliced(index, 1);
}
