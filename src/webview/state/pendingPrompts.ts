import type { ExchangeView } from '../../shared/protocol';

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
  take(prompt: string): boolean {
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
