import type { ExchangeView } from '../../shared/protocol';
import type { Prefilled } from './unsentStore';

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

type Asked = Pick<ExchangeView, 'id' | 'prompt'>;

/** Prompts that were sent and that the host has not taken: whatever becomes of it or of the page, they are not lost. */
export class PendingPrompts {
  private sent: readonly string[] = [];

  /** @param offered of an earlier page; there until they are sent again, or found in the conversation */
  constructor(private offered: readonly string[] = []) {}

  get all(): readonly string[] {
    return [...this.offered, ...this.sent];
  }

  add(prompt: string): void {
    this.offered = without(this.offered, prompt);
    this.sent = [...this.sent, prompt];
  }

  offer(prompts: readonly string[]): void {
    this.offered = [...this.offered, ...prompts];
  }

  /** The host has it. @returns whether it was waited for */
  settle(prompt: string): boolean {
    const isPending = this.all.includes(prompt);
    if (this.sent.includes(prompt)) this.sent = without(this.sent, prompt);
    else this.offered = without(this.offered, prompt);
    return isPending;
  }

  /** Those that have been `asked` have been taken. @returns the others; nobody waits for them any more */
  release(asked: readonly string[]): readonly string[] {
    let taken = asked;
    const left = this.all.filter((prompt) => {
      const isTaken = taken.includes(prompt);
      taken = without(taken, prompt);
      return !isTaken;
    });
    this.offered = this.sent = [];
    return left;
  }
}

/**
 * The prompts of a conversation that are new to a page.
 * @param seen the last exchange that was there before them: the same words up to it are others. Where it is gone, an
 * edited prompt has taken its place, and all that is there counts
 */
export function askedSince(exchanges: readonly Asked[], seen: string | undefined): readonly string[] {
  const known = exchanges.findIndex(({ id }) => id === seen);
  return exchanges.slice(known + 1).map(({ prompt }) => prompt);
}

/** One of them less, where there are several the same. */
export function without(prompts: readonly string[], prompt: string): readonly string[] {
  const index = prompts.indexOf(prompt);
  return index < 0 ? prompts : prompts.toSpliced(index, 1);
}
